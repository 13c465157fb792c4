// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates, revocation lists, and chains up to a root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "quotes/certificates.h"

/* A chain has three; a file may have those of several machines. */
#define CERTIFICATES_MAX 64
#define CHAIN_DEPTH_MAX 8
/* 112 bits: no SHA-1, no RSA below 2048 bits. */
#define SECURITY_LEVEL 2

/* Without one, libcrypto would ask on the terminal for what hostile PEM wants. */
static const char no_password[] = "";

int trust_init(struct trust *trust, struct error *err)
{
	trust->roots = sk_X509_new_null();
	trust->others = sk_X509_new_null();
	trust->crls = sk_X509_CRL_new_null();
	if (!trust->roots || !trust->others || !trust->crls)
		return error_set(err, "no memory");
	return 0;
}

void trust_free(struct trust *trust)
{
	sk_X509_pop_free(trust->roots, X509_free);
	sk_X509_pop_free(trust->others, X509_free);
	sk_X509_CRL_pop_free(trust->crls, X509_CRL_free);
	*trust = (struct trust){ 0 };
}

static int push(struct stack_st_X509 *list, X509 *certificate,
		struct error *err)
{
	if (sk_X509_num(list) < CERTIFICATES_MAX &&
	    sk_X509_push(list, certificate))
		return 0;
	X509_free(certificate);
	return error_set(err, "more than %d certificates", CERTIFICATES_MAX);
}

static int push_der(struct stack_st_X509 *list, struct span der,
		    struct error *err)
{
	const uint8_t *end = der.data;
	X509 *certificate = d2i_X509(NULL, &end, (long)der.len);

	if (!certificate || end != der.data + der.len) {
		X509_free(certificate);
		return error_set(err, "it is no certificate in DER");
	}
	return push(list, certificate, err);
}

/* libcrypto's own errors are not shown: they say nothing that a user needs. */
static bool is_end_of_pem(void)
{
	unsigned long code = ERR_peek_last_error();
	bool end = ERR_GET_LIB(code) == ERR_LIB_PEM &&
		   ERR_GET_REASON(code) == PEM_R_NO_START_LINE;

	ERR_clear_error();
	return end;
}

static BIO *bio_of(struct span file, struct error *err)
{
	BIO *bio = BIO_new_mem_buf(file.data, (int)file.len);

	if (!bio)
		error_set(err, "no memory");
	return bio;
}

static int read_pem(struct stack_st_X509 *list, struct span file,
		    struct error *err)
{
	BIO *bio = bio_of(file, err);
	int before = sk_X509_num(list), ret = bio ? 0 : -1;
	X509 *certificate;

	while (!ret && (certificate = PEM_read_bio_X509(
				bio, NULL, NULL, (void *)no_password)) != NULL)
		ret = push(list, certificate, err);
	BIO_free(bio);
	if (ret)
		return -1;
	if (!is_end_of_pem() || sk_X509_num(list) == before)
		return error_set(
			err,
			"there is no certificate in PEM in it, or a broken one");
	return 0;
}

static bool is_text(struct span file)
{
	static const char begin[] = "-----BEGIN ";

	return memmem(file.data, file.len, begin, sizeof(begin) - 1);
}

/*
 * The table that an SNP host hands out: entries of a GUID, an offset and a
 * length, and one of zeros at the end.
 */
#define TABLE_GUID_SIZE 16
#define TABLE_ENTRY_SIZE (TABLE_GUID_SIZE + 8)

struct table_entry {
	const uint8_t *guid; /* NULL at the end */
	struct span content;
};

static bool is_end(const uint8_t *guid)
{
	return span_is_zero((struct span){ guid, TABLE_GUID_SIZE });
}

static int read_entry(struct reader *reader, struct table_entry *entry,
		      struct error *err)
{
	uint32_t offset, len;

	entry->guid =
		read_bytes(reader, TABLE_GUID_SIZE, "the table's next entry");
	offset = read_le32(reader, "an entry's offset");
	len = read_le32(reader, "an entry's length");
	if (reader_check(reader, err))
		return -1;
	if (is_end(entry->guid)) {
		entry->guid = NULL;
		return 0;
	}
	if (offset > reader->len || len > reader->len - offset)
		return error_set(
			err,
			"byte offset %zu: what it names is not within the table",
			reader->pos);
	entry->content = (struct span){ reader->data + offset, len };
	return 0;
}

/*
 * Those of the VCEK, VLEK, ASK and ARK. A table may have more: revocation lists,
 * which we take from the user alone, and what only its host knows.
 */
static bool is_certificate(const uint8_t *guid)
{
	static const uint8_t guids[][TABLE_GUID_SIZE] = {
		{ 0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5,
		  0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd },
		{ 0xa8, 0x07, 0x4b, 0xc2, 0xa2, 0x5a, 0x48, 0x3e, 0xaa, 0xe6,
		  0x39, 0xc0, 0x45, 0xa0, 0xb8, 0xa1 },
		{ 0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f,
		  0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82 },
		{ 0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43,
		  0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae },
	};
	size_t i;

	for (i = 0; i < sizeof(guids) / sizeof(*guids); i++)
		if (!memcmp(guid, guids[i], TABLE_GUID_SIZE))
			return true;
	return false;
}

/* Whether one of its entries says that it is a certificate. */
static bool is_table(struct span file)
{
	size_t at;

	for (at = 0; file.len - at >= TABLE_ENTRY_SIZE;
	     at += TABLE_ENTRY_SIZE) {
		if (is_end(file.data + at))
			return false;
		if (is_certificate(file.data + at))
			return true;
	}
	return false;
}

static int read_table(struct stack_st_X509 *list, struct span file,
		      struct error *err)
{
	struct reader reader = { .data = file.data, .len = file.len };
	struct table_entry entry;

	for (;;) {
		if (read_entry(&reader, &entry, err))
			return -1;
		if (!entry.guid)
			return 0;
		if (is_certificate(entry.guid) &&
		    push_der(list, entry.content, err))
			return -1;
	}
}

int certificates_read(struct stack_st_X509 *list, struct span file,
		      struct error *err)
{
	/* In a table there may be texts as well. */
	if (is_table(file))
		return read_table(list, file, err);
	if (is_text(file))
		return read_pem(list, file, err);
	return push_der(list, file, err);
}

int crls_read(struct stack_st_X509_CRL *list, struct span file,
	      struct error *err)
{
	const uint8_t *end = file.data;
	BIO *bio;
	X509_CRL *crl;
	int nr = 0;

	if (!is_text(file)) {
		crl = d2i_X509_CRL(NULL, &end, (long)file.len);
		if (!crl || end != file.data + file.len ||
		    !sk_X509_CRL_push(list, crl)) {
			X509_CRL_free(crl);
			return error_set(
				err, "it is no revocation list in PEM or DER");
		}
		return 0;
	}
	bio = bio_of(file, err);
	if (!bio)
		return -1;
	while ((crl = PEM_read_bio_X509_CRL(bio, NULL, NULL,
					    (void *)no_password)) != NULL) {
		if (nr++ == CERTIFICATES_MAX || !sk_X509_CRL_push(list, crl)) {
			X509_CRL_free(crl);
			break;
		}
	}
	BIO_free(bio);
	if (crl || !is_end_of_pem() || !nr)
		return error_set(
			err,
			"there is no revocation list in PEM in it, or a broken one");
	return 0;
}

static bool is_space(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* Whether two texts are the same but for white space, and a NUL after @a. */
static bool same_text(struct span a, const char *b, size_t b_len)
{
	const char *text = (const char *)a.data;
	size_t i = 0, k = 0;

	for (;; i++, k++) {
		while (i < a.len && is_space(text[i]))
			i++;
		while (k < b_len && is_space(b[k]))
			k++;
		if (i < a.len && !text[i] && i == a.len - 1)
			i++;
		if (i == a.len || k == b_len)
			return i == a.len && k == b_len;
		if (text[i] != b[k])
			return false;
	}
}

int certificates_read_pem(struct stack_st_X509 *list, struct span text,
			  struct error *err)
{
	int i, before = sk_X509_num(list);
	BIO *again = BIO_new(BIO_s_mem());
	bool same = again;
	char *data;
	long len;

	if (read_pem(list, text, err)) {
		BIO_free(again);
		return -1;
	}
	/* What a decoder skips is not signed by anybody. */
	for (i = before; same && i < sk_X509_num(list); i++)
		same = PEM_write_bio_X509(again, sk_X509_value(list, i)) == 1;
	if (same) {
		len = BIO_get_mem_data(again, &data);
		same = len > 0 && same_text(text, data, (size_t)len);
	}
	BIO_free(again);
	return same ? 0 :
		      error_set(err,
				"there is more in it than certificates in PEM");
}

const char *certificate_subject(const X509 *certificate, char out[SUBJECT_TEXT])
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len = 0;

	/* This form escapes control characters and all that is not ASCII. */
	if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(certificate),
				      0, XN_FLAG_RFC2253) >= 0)
		len = BIO_get_mem_data(bio, &text);
	if (len <= 0)
		snprintf(out, SUBJECT_TEXT, "no subject");
	else
		snprintf(out, SUBJECT_TEXT, "%.*s%s",
			 len < SUBJECT_TEXT - 4 ? (int)len : SUBJECT_TEXT - 4,
			 text, len < SUBJECT_TEXT - 4 ? "" : "...");
	BIO_free(bio);
	return out;
}

bool certificate_extension(const X509 *certificate, const char *oid,
			   struct span *content)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	int at = object ? X509_get_ext_by_OBJ(certificate, object, -1) : -1;
	const ASN1_OCTET_STRING *data;

	ASN1_OBJECT_free(object);
	if (at < 0)
		return false;
	data = X509_EXTENSION_get_data(X509_get_ext(certificate, at));
	content->data = ASN1_STRING_get0_data(data);
	content->len = (size_t)ASN1_STRING_length(data);
	return true;
}

/* Certificates of the chain for which no revocation list was given. */
struct unrevoked {
	bool depth[CHAIN_DEPTH_MAX + 2];
};

static int without_crl(int ok, X509_STORE_CTX *ctx)
{
	struct unrevoked *unrevoked = X509_STORE_CTX_get_app_data(ctx);
	int depth = X509_STORE_CTX_get_error_depth(ctx);

	if (X509_STORE_CTX_get_error(ctx) != X509_V_ERR_UNABLE_TO_GET_CRL ||
	    depth > CHAIN_DEPTH_MAX)
		return ok;
	unrevoked->depth[depth] = true;
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

static bool prepare(const struct trust *trust, X509_STORE *store,
		    X509_STORE_CTX *ctx, X509 *leaf,
		    struct stack_st_X509 *between)
{
	X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
	int i;

	for (i = 0; i < sk_X509_num(trust->roots); i++)
		if (X509_STORE_add_cert(store,
					sk_X509_value(trust->roots, i)) != 1)
			return false;
	X509_VERIFY_PARAM_set_depth(param, CHAIN_DEPTH_MAX);
	X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
	X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_CRL_CHECK |
						   X509_V_FLAG_CRL_CHECK_ALL);
	if (X509_STORE_CTX_init(ctx, store, leaf, between) != 1)
		return false;
	X509_STORE_CTX_set0_crls(ctx, trust->crls);
	X509_STORE_CTX_set_verify_cb(ctx, without_crl);
	return true;
}

/* What was said, and of which certificate. */
static void add_verdict(X509_STORE_CTX *ctx, bool valid, const char *name,
			const char *what, struct checks *checks)
{
	struct stack_st_X509 *chain = X509_STORE_CTX_get0_chain(ctx);
	X509 *at = X509_STORE_CTX_get_current_cert(ctx);
	char subject[SUBJECT_TEXT];

	if (valid) {
		at = sk_X509_value(chain, sk_X509_num(chain) - 1);
		checks_add(checks, name, CHECK_PASSED,
			   "the chain of %s leads to the given root, %s", what,
			   certificate_subject(at, subject));
		return;
	}
	checks_add(
		checks, name, CHECK_FAILED, "the chain of %s: %s: %s", what,
		at ? certificate_subject(at, subject) : "no certificate",
		X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)));
}

static void add_revocation(X509_STORE_CTX *ctx,
			   const struct unrevoked *unrevoked, const char *what,
			   struct checks *checks)
{
	struct stack_st_X509 *chain = X509_STORE_CTX_get0_chain(ctx);
	const X509 *issuer = NULL;
	char subject[SUBJECT_TEXT];
	int i, left = 0, nr = sk_X509_num(chain);

	/* Nobody revokes a root: the user trusts it or not. */
	nr--;
	for (i = 0; i < nr; i++) {
		if (!unrevoked->depth[i])
			continue;
		issuer = sk_X509_value(chain, i + 1);
		left++;
	}
	if (left < nr)
		checks_add(
			checks, "revocation", CHECK_PASSED,
			"%d of the %d certificates from %s to its root are not revoked",
			nr - left, nr, what);
	if (left)
		checks_add(
			checks, "revocation", CHECK_SKIPPED,
			"revocation of %d of the %d certificates from %s to its root: no list of %s was given (--crl)",
			left, nr, what,
			left == 1 ? certificate_subject(issuer, subject) :
				    "their issuers");
}

/*
 * A quote brings its own chain along, and nothing else: what nobody needs there
 * nobody has signed.
 */
static void check_surplus(X509_STORE_CTX *ctx, struct stack_st_X509 *between,
			  const char *what, struct checks *checks)
{
	struct stack_st_X509 *chain = X509_STORE_CTX_get0_chain(ctx);
	char subject[SUBJECT_TEXT];
	int i, k;

	for (i = 0; i < sk_X509_num(between); i++) {
		X509 *certificate = sk_X509_value(between, i);

		for (k = 0; k < sk_X509_num(chain); k++)
			if (!X509_cmp(sk_X509_value(chain, k), certificate))
				break;
		if (k < sk_X509_num(chain))
			continue;
		checks_add(
			checks, "surplus-certificate", CHECK_FAILED,
			"the quote has a certificate that is not in the chain of %s: %s",
			what, certificate_subject(certificate, subject));
		return;
	}
}

bool chain_check(const struct trust *trust, X509 *leaf,
		 struct stack_st_X509 *between, const char *name,
		 const char *what, struct checks *checks)
{
	struct unrevoked unrevoked = { 0 };
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct stack_st_X509 *others = sk_X509_dup(trust->others);
	bool valid = false;
	int i;

	for (i = 0; others && i < sk_X509_num(between); i++)
		sk_X509_push(others, sk_X509_value(between, i));
	if (!sk_X509_num(trust->roots)) {
		checks_add(checks, name, CHECK_SKIPPED,
			   "the chain of %s: no root was given (--root)", what);
	} else if (!store || !ctx || !others ||
		   !prepare(trust, store, ctx, leaf, others)) {
		checks_add(checks, name, CHECK_FAILED,
			   "the chain of %s: libcrypto cannot check it", what);
	} else {
		X509_STORE_CTX_set_app_data(ctx, &unrevoked);
		valid = X509_verify_cert(ctx) == 1;
		add_verdict(ctx, valid, name, what, checks);
		if (valid)
			check_surplus(ctx, between, what, checks);
		if (valid)
			add_revocation(ctx, &unrevoked, what, checks);
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(others);
	ERR_clear_error();
	return valid;
}
