/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For external builds against a kernel without patches/tpm.diff; the series
 * leaves this file out.
 *
 * Such a kernel does not export the TPM class. A chip knows it, so there must be
 * one when tsm-tpm is loaded; without one the class is NULL here, which
 * class_interface_register() refuses with -ENODEV.
 */
#define tpm_class							\
	(*({								\
		struct tpm_chip *_chip = tpm_default_chip();		\
		const struct class *_class = NULL;			\
									\
		if (_chip) {						\
			_class = _chip->dev.class;			\
			put_device(&_chip->dev);			\
		}							\
		_class;							\
	}))
