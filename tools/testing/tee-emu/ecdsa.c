// SPDX-License-Identifier: GPL-2.0
/*
 * ECDSA signatures by the curves P-256 and P-384: FIPS 186-4, 6. Keys that are
 * made for tests need no protection, so nothing here runs in constant time.
 *
 * Numbers are arrays of 64-bit limbs, the lowest first. Multiplication is
 * Montgomery's: of numbers that are kept times R, a power of 2^64.
 */
#include "ecdsa.h"
#include "sha256.h"
#include "sha384.h"
#include "string.h"

#define LIMBS_MAX 6
#define LIMB_BITS 64

typedef u64 number[LIMBS_MAX];

/* y^2 = x^3 - 3x + b over the field of p; n is the order of the point (x, y). */
struct curve {
	unsigned int limbs;
	number p;
	number n;
	number x;
	number y;
};

static const struct curve p256 = {
	.limbs = 4,
	.p = { 0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000,
	       0xffffffff00000001 },
	.n = { 0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
	       0xffffffff00000000 },
	.x = { 0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2,
	       0x6b17d1f2e12c4247 },
	.y = { 0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16,
	       0x4fe342e2fe1a7f9b },
};

static const struct curve p384 = {
	.limbs = 6,
	.p = { 0x00000000ffffffff, 0xffffffff00000000, 0xfffffffffffffffe,
	       0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff },
	.n = { 0xecec196accc52973, 0x581a0db248b0a77a, 0xc7634d81f4372ddf,
	       0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff },
	.x = { 0x3a545e3872760ab7, 0x5502f25dbf55296c, 0x59f741e082542a38,
	       0x6e1d3b628ba79b98, 0x8eb1c71ef320ad74, 0xaa87ca22be8b0537 },
	.y = { 0x7a431d7c90ea0e5f, 0x0a60b1ce1d7e819d, 0xe9da3113b5f0b8c0,
	       0xf8f41dbd289a147c, 0x5d9e98bf9292dc29, 0x3617de4a96262c6f },
};

/* A modulus, and what Montgomery's multiplication needs of it. */
struct modulus {
	unsigned int limbs;
	const u64 *m;
	u64 inverse; /* -1/m modulo 2^64 */
	number one; /* R modulo m */
	number square; /* R^2 modulo m */
};

/* In Jacobian coordinates: (x/z^2, y/z^3), and z is zero at infinity. */
struct point {
	number x;
	number y;
	number z;
};

static bool is_zero(const u64 *a, unsigned int limbs)
{
	u64 bits = 0;

	while (limbs--)
		bits |= a[limbs];
	return !bits;
}

static bool is_less(const u64 *a, const u64 *b, unsigned int limbs)
{
	while (limbs--)
		if (a[limbs] != b[limbs])
			return a[limbs] < b[limbs];
	return false;
}

static u64 add(u64 *out, const u64 *a, const u64 *b, unsigned int limbs)
{
	unsigned __int128 sum = 0;

	for (unsigned int i = 0; i < limbs; i++) {
		sum += (unsigned __int128)a[i] + b[i];
		out[i] = sum;
		sum >>= LIMB_BITS;
	}
	return sum;
}

static void subtract(u64 *out, const u64 *a, const u64 *b, unsigned int limbs)
{
	u64 borrow = 0;

	for (unsigned int i = 0; i < limbs; i++) {
		unsigned __int128 difference =
			(unsigned __int128)a[i] - b[i] - borrow;

		out[i] = difference;
		borrow = difference >> LIMB_BITS & 1;
	}
}

static void add_mod(u64 *out, const u64 *a, const u64 *b,
		    const struct modulus *mod)
{
	u64 carry = add(out, a, b, mod->limbs);

	if (carry || !is_less(out, mod->m, mod->limbs))
		subtract(out, out, mod->m, mod->limbs);
}

static void subtract_mod(u64 *out, const u64 *a, const u64 *b,
			 const struct modulus *mod)
{
	bool borrows = is_less(a, b, mod->limbs);

	subtract(out, a, b, mod->limbs);
	if (borrows)
		add(out, out, mod->m, mod->limbs);
}

/* a * b / R */
static void multiply(u64 *out, const u64 *a, const u64 *b,
		     const struct modulus *mod)
{
	u64 t[LIMBS_MAX + 2] = {};
	unsigned int limbs = mod->limbs;

	for (unsigned int i = 0; i < limbs; i++) {
		unsigned __int128 sum = 0;
		u64 factor;

		for (unsigned int k = 0; k < limbs; k++) {
			sum += (unsigned __int128)a[k] * b[i] + t[k];
			t[k] = sum;
			sum >>= LIMB_BITS;
		}
		sum += t[limbs];
		t[limbs] = sum;
		t[limbs + 1] = sum >> LIMB_BITS;

		factor = t[0] * mod->inverse;
		sum = (unsigned __int128)factor * mod->m[0] + t[0];
		sum >>= LIMB_BITS;
		for (unsigned int k = 1; k < limbs; k++) {
			sum += (unsigned __int128)factor * mod->m[k] + t[k];
			t[k - 1] = sum;
			sum >>= LIMB_BITS;
		}
		sum += t[limbs];
		t[limbs - 1] = sum;
		t[limbs] = t[limbs + 1] + (u64)(sum >> LIMB_BITS);
	}
	if (t[limbs] || !is_less(t, mod->m, limbs))
		subtract(t, t, mod->m, limbs);
	memcpy(out, t, limbs * sizeof(*t));
}

static void modulus_setup(struct modulus *mod, const u64 *m, unsigned int limbs)
{
	static const number one = { 1 };
	u64 inverse = 1;

	/* Newton's iteration doubles the bits that are right. */
	for (int i = 0; i < 6; i++)
		inverse *= 2 - m[0] * inverse;
	mod->limbs = limbs;
	mod->m = m;
	mod->inverse = -inverse;
	memcpy(mod->square, one, sizeof(one));
	for (unsigned int i = 0; i < 2 * LIMB_BITS * limbs; i++) {
		add_mod(mod->square, mod->square, mod->square, mod);
		if (i + 1 == LIMB_BITS * limbs)
			memcpy(mod->one, mod->square, sizeof(number));
	}
}

static bool bit(const u64 *a, unsigned int n)
{
	return a[n / LIMB_BITS] >> n % LIMB_BITS & 1;
}

/* 1/a, as m is prime: a^(m-2) */
static void invert(u64 *out, const u64 *a, const struct modulus *mod)
{
	static const number two = { 2 };
	number exponent, result;

	subtract(exponent, mod->m, two, mod->limbs);
	memcpy(result, mod->one, sizeof(result));
	for (unsigned int i = LIMB_BITS * mod->limbs; i--;) {
		multiply(result, result, result, mod);
		if (bit(exponent, i))
			multiply(result, result, a, mod);
	}
	memcpy(out, result, sizeof(result));
}

static void point_double(struct point *p, const struct modulus *mod)
{
	number delta, gamma, beta, alpha, t;

	multiply(delta, p->z, p->z, mod);
	multiply(gamma, p->y, p->y, mod);
	multiply(beta, p->x, gamma, mod);
	/* alpha = 3 (x - delta) (x + delta) */
	subtract_mod(t, p->x, delta, mod);
	add_mod(alpha, p->x, delta, mod);
	multiply(alpha, alpha, t, mod);
	add_mod(t, alpha, alpha, mod);
	add_mod(alpha, alpha, t, mod);
	/* z = (y + z)^2 - gamma - delta */
	add_mod(t, p->y, p->z, mod);
	multiply(t, t, t, mod);
	subtract_mod(t, t, gamma, mod);
	subtract_mod(p->z, t, delta, mod);
	/* x = alpha^2 - 8 beta */
	add_mod(beta, beta, beta, mod);
	add_mod(beta, beta, beta, mod);
	multiply(p->x, alpha, alpha, mod);
	subtract_mod(p->x, p->x, beta, mod);
	subtract_mod(p->x, p->x, beta, mod);
	/* y = alpha (4 beta - x) - 8 gamma^2 */
	subtract_mod(t, beta, p->x, mod);
	multiply(p->y, alpha, t, mod);
	multiply(t, gamma, gamma, mod);
	for (int i = 0; i < 3; i++)
		add_mod(t, t, t, mod);
	subtract_mod(p->y, p->y, t, mod);
}

/*
 * Add @q, whose z is one. The two are never the same, or opposite, when the
 * point is multiplied by a number below its order, from the highest bit on.
 */
static void point_add(struct point *p, const struct point *q,
		      const struct modulus *mod)
{
	number zz, h, r, hh, t;

	if (is_zero(p->z, mod->limbs)) {
		*p = *q;
		return;
	}
	multiply(zz, p->z, p->z, mod);
	multiply(h, q->x, zz, mod);
	subtract_mod(h, h, p->x, mod);
	multiply(r, q->y, zz, mod);
	multiply(r, r, p->z, mod);
	subtract_mod(r, r, p->y, mod);
	multiply(p->z, p->z, h, mod);
	multiply(hh, h, h, mod);
	/* x = r^2 - h^3 - 2 x h^2; y = r (x h^2 - x') - y h^3 */
	multiply(t, p->x, hh, mod);
	multiply(hh, hh, h, mod);
	multiply(p->x, r, r, mod);
	subtract_mod(p->x, p->x, hh, mod);
	subtract_mod(p->x, p->x, t, mod);
	subtract_mod(p->x, p->x, t, mod);
	subtract_mod(t, t, p->x, mod);
	multiply(t, t, r, mod);
	multiply(hh, hh, p->y, mod);
	subtract_mod(p->y, t, hh, mod);
}

/* The affine x of k times the curve's point. */
static void multiply_point(u64 *x, const struct curve *curve, const u64 *k)
{
	struct modulus mod;
	struct point base, sum = {};
	number t;

	modulus_setup(&mod, curve->p, curve->limbs);
	multiply(base.x, curve->x, mod.square, &mod);
	multiply(base.y, curve->y, mod.square, &mod);
	memcpy(base.z, mod.one, sizeof(base.z));
	for (unsigned int i = LIMB_BITS * curve->limbs; i--;) {
		if (!is_zero(sum.z, curve->limbs))
			point_double(&sum, &mod);
		if (bit(k, i))
			point_add(&sum, &base, &mod);
	}
	invert(t, sum.z, &mod);
	multiply(t, t, t, &mod);
	multiply(x, sum.x, t, &mod);
	/* Out of Montgomery's form: times 1, over R. */
	memset(t, 0, sizeof(t));
	t[0] = 1;
	multiply(x, x, t, &mod);
}

static void load(u64 *a, const u8 *bytes, unsigned int limbs)
{
	memset(a, 0, sizeof(number));
	for (unsigned int i = 0; i < 8 * limbs; i++)
		a[(8 * limbs - 1 - i) / 8] |=
			(u64)bytes[i] << (8 * ((8 * limbs - 1 - i) % 8));
}

static void store(u8 *bytes, const u64 *a, unsigned int limbs)
{
	for (unsigned int i = 0; i < 8 * limbs; i++)
		bytes[i] = a[(8 * limbs - 1 - i) / 8] >>
			   (8 * ((8 * limbs - 1 - i) % 8));
}

/* Another number for each message and attempt, which only the key tells. */
static void choose_k(u64 *k, const struct curve *curve, const u8 *key,
		     const u8 *hash, u8 attempt)
{
	size_t size = 8 * curve->limbs;
	u8 input[2 * 8 * LIMBS_MAX + 1], digest[SHA384_SIZE];

	memcpy(input, key, size);
	memcpy(input + size, hash, size);
	input[2 * size] = attempt;
	sha384(input, 2 * size + 1, digest);
	load(k, digest, curve->limbs);
}

/* s = (e + r d) / k */
static void make_s(u64 *s, const struct curve *curve, const u64 *e,
		   const u64 *r, const u64 *d, const u64 *k)
{
	struct modulus mod;
	number t, inverse;

	modulus_setup(&mod, curve->n, curve->limbs);
	multiply(t, r, mod.square, &mod);
	multiply(t, t, d, &mod); /* r d, as itself */
	add_mod(t, t, e, &mod);
	multiply(inverse, k, mod.square, &mod);
	invert(inverse, inverse, &mod);
	multiply(s, t, inverse, &mod);
}

static void sign(const struct curve *curve, const u8 *key, const u8 *hash,
		 u8 *signature)
{
	unsigned int limbs = curve->limbs;
	number d, e, k, r, s;

	load(d, key, limbs);
	load(e, hash, limbs);
	if (!is_less(e, curve->n, limbs))
		subtract(e, e, curve->n, limbs);
	for (u8 attempt = 0;; attempt++) {
		choose_k(k, curve, key, hash, attempt);
		if (is_zero(k, limbs) || !is_less(k, curve->n, limbs))
			continue;
		multiply_point(r, curve, k);
		if (!is_less(r, curve->n, limbs))
			subtract(r, r, curve->n, limbs);
		if (is_zero(r, limbs))
			continue;
		make_s(s, curve, e, r, d, k);
		if (!is_zero(s, limbs))
			break;
	}
	store(signature, r, limbs);
	store(signature + 8 * limbs, s, limbs);
}

/**
 * ecdsa_p256_sha256() - sign
 * @key: the private key, P256_SIZE bytes, big-endian
 * @data: what to sign
 * @length: its length in bytes
 * @signature: where to put r and s, each P256_SIZE bytes, big-endian
 */
void ecdsa_p256_sha256(const u8 *key, const void *data, size_t length,
		       u8 *signature)
{
	u8 hash[SHA256_SIZE];

	sha256(data, length, hash);
	sign(&p256, key, hash, signature);
}

/**
 * ecdsa_p384_sha384() - the same with P-384 and SHA-384
 * @key: the private key, P384_SIZE bytes, big-endian
 * @data: what to sign
 * @length: its length in bytes
 * @signature: where to put r and s, each P384_SIZE bytes, big-endian
 */
void ecdsa_p384_sha384(const u8 *key, const void *data, size_t length,
		       u8 *signature)
{
	u8 hash[SHA384_SIZE];

	sha384(data, length, hash);
	sign(&p384, key, hash, signature);
}
