/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How registers are called.
 *
 * The log numbers registers, checkpoints and sysfs name them. For every
 * provider the same rule joins the two: the register with the TCG PCR index N
 * is called pcrN; of the UEFI CC measurement registers, index 0 is called mrtd
 * and index N + 1 is called rtmrN.
 */
#ifndef TSM_LOG_REGISTER_H
#define TSM_LOG_REGISTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a name, with its NUL. */
#define REGISTER_NAME_SIZE 64

/*
 * Whether this may be a register's name: letters, digits and "_.-". So a name
 * from a file can be printed, and used as the name of a directory.
 */
bool register_name_valid(const char *name, size_t len);

/* The name of a record's register; returns @out. */
const char *register_name(bool is_ccmr, uint8_t index,
			  char out[REGISTER_NAME_SIZE]);

/* The other way round. Returns whether a record can have a register of this name. */
bool register_parse(const char *name, bool *is_ccmr, uint8_t *index);

/* Some of them, by the numbers of the log. */
struct register_set {
	bool any;
	bool has[2][UINT8_MAX + 1]; /* [is_ccmr][index] */
};

/* Add one by its name. Returns false if there can be none of this name. */
bool register_set_add(struct register_set *set, const char *name);

/* And what to say then of the option. */
extern const char register_set_usage[];

/* Whether it is the measurement of the virtual machine when it was built. */
bool register_is_mrtd(const char *name);

#endif
