/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Providers that go and come back: by their module, or, as TPMs, by the driver
 * of the chip.
 */
#ifndef LIFETIME_H
#define LIFETIME_H

/* Take @provider away and bring it back by its module. 0 or -errno. */
int lifetime_by_module(const char *provider);

/* The same for the only TPM, by its driver. */
int lifetime_by_driver(void);

/* The name of the provider that the only TPM is now, or NULL. */
const char *lifetime_tpm(void);

#endif /* LIFETIME_H */
