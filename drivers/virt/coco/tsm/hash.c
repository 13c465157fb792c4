// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hashes of register banks.
 */

#include <crypto/sha1.h>
#include <crypto/sha2.h>
#include <crypto/sm3.h>
#include <kunit/static_stub.h>
#include <kunit/visibility.h>
#include <linux/array_size.h>
#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kconfig.h>
#include <linux/string.h>
#include <uapi/linux/tsm-event-log.h>

#include "hash.h"

/*
 * The low byte of the TPM_ALG_ID that the TCG Algorithm Registry gives to each hash
 * which can be the bank of an extensible register. No hash has 0.
 */
static const u8 tcg_algs[HASH_ALGO__LAST] = {
	[HASH_ALGO_SHA1] = TSM_CEL_ALG_SHA1,
	[HASH_ALGO_SHA256] = TSM_CEL_ALG_SHA256,
	[HASH_ALGO_SHA384] = TSM_CEL_ALG_SHA384,
	[HASH_ALGO_SHA512] = TSM_CEL_ALG_SHA512,
	[HASH_ALGO_SM3_256] = TSM_CEL_ALG_SM3_256,
};

/**
 * tsm_hash_tcg_alg() - what the log calls a hash
 * @algo: the hash of a bank
 *
 * Context: Any context.
 *
 * Return: the low byte of the TPM_ALG_ID that the TCG Algorithm Registry gives
 * to @algo, or -EOPNOTSUPP where @algo cannot be the bank of an extensible
 * register: the log has no name for it.
 */
int tsm_hash_tcg_alg(enum hash_algo algo)
{
	if (algo >= ARRAY_SIZE(tcg_algs) || !tcg_algs[algo])
		return -EOPNOTSUPP;

	return tcg_algs[algo];
}
EXPORT_SYMBOL_IF_KUNIT(tsm_hash_tcg_alg);

/**
 * tsm_hash_of_tcg_alg() - the hash that the log calls by a number
 * @alg: low byte of a TPM_ALG_ID
 *
 * Context: Any context.
 *
 * Return: the hash, an enum hash_algo, or -EOPNOTSUPP if no extensible register
 * has such a bank.
 */
int tsm_hash_of_tcg_alg(u8 alg)
{
	for (size_t i = 0; i < ARRAY_SIZE(tcg_algs); i++) {
		if (alg && tcg_algs[i] == alg)
			return i;
	}

	return -EOPNOTSUPP;
}
EXPORT_SYMBOL_IF_KUNIT(tsm_hash_of_tcg_alg);

/**
 * tsm_hash_available() - whether this kernel can compute a hash
 * @algo: the hash of a bank
 *
 * Without its hash a bank can still be read, and extended by digests that
 * somebody else has computed.
 *
 * Context: Any context.
 *
 * Return: whether @algo may be given to tsm_hash() and tsm_hash_extend().
 */
bool tsm_hash_available(enum hash_algo algo)
{
	KUNIT_STATIC_STUB_REDIRECT(tsm_hash_available, algo);

	switch (algo) {
	case HASH_ALGO_SHA1:
	case HASH_ALGO_SHA256:
	case HASH_ALGO_SHA384:
	case HASH_ALGO_SHA512:
		return true;
	case HASH_ALGO_SM3_256:
		/* Only TPMs have such banks, so not every kernel has it. */
		return IS_REACHABLE(CONFIG_CRYPTO_LIB_SM3);
	default:
		return false;
	}
}
EXPORT_SYMBOL_IF_KUNIT(tsm_hash_available);

/**
 * tsm_hash() - the digest of an event in one bank
 * @algo: the hash of the bank, one that tsm_hash_available() knows
 * @data: the event
 * @len: its size in bytes
 * @digest: where the digest goes, hash_digest_size[@algo] bytes
 *
 * Context: Any context.
 */
void tsm_hash(enum hash_algo algo, const u8 *data, size_t len, u8 *digest)
{
	if (WARN_ON_ONCE(!tsm_hash_available(algo)))
		return;

	switch (algo) {
	case HASH_ALGO_SHA1:
		sha1(data, len, digest);
		break;
	case HASH_ALGO_SHA256:
		sha256(data, len, digest);
		break;
	case HASH_ALGO_SHA384:
		sha384(data, len, digest);
		break;
	case HASH_ALGO_SHA512:
		sha512(data, len, digest);
		break;
	case HASH_ALGO_SM3_256:
		if (IS_REACHABLE(CONFIG_CRYPTO_LIB_SM3))
			sm3(data, len, digest);
		break;
	default:
		break;
	}
}
EXPORT_SYMBOL_IF_KUNIT(tsm_hash);

/**
 * tsm_hash_extend() - replay one extend: value = H(value || digest)
 * @algo: the hash of the bank, one that tsm_hash_available() knows
 * @value: the bank's value, hash_digest_size[@algo] bytes, replaced by the new
 * @digest: the digest that extends it, as long
 *
 * Context: Any context.
 */
void tsm_hash_extend(enum hash_algo algo, u8 *value, const u8 *digest)
{
	u8 both[2 * TSM_DIGEST_MAX_SIZE];
	size_t size = hash_digest_size[algo];

	memcpy(both, value, size);
	memcpy(both + size, digest, size);
	tsm_hash(algo, both, 2 * size, value);
}
EXPORT_SYMBOL_IF_KUNIT(tsm_hash_extend);
