/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Providers that go and come back: with their module, or, as TPMs do, with the
 * driver of the chip.
 */
#ifndef LIFETIME_H
#define LIFETIME_H

#include <stdbool.h>

/* Can @provider, which is there, go? Not if its driver is built in. */
bool lifetime_is_mortal(const char *provider);

/*
 * Take @provider away, and bring it back, which does nothing if it is there. 0 or
 * -errno.
 */
int lifetime_end(const char *provider);
int lifetime_begin(const char *provider);

/*
 * What @provider is called now, or NULL. The name of a TPM, of which there must be
 * one, changes if somebody, as IMA does, still holds the one that went.
 */
const char *lifetime_name(const char *provider);

#endif /* LIFETIME_H */
