/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TDX guest: its reports, its log, and what the emulator of
 * tools/testing/tee-emu was told of it.
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/tdx-guest.h>

#define REGISTER_SIZE 48

/* TDX Module ABI: TDREPORT_STRUCT, and TDINFO_STRUCT in it */
#define TDREPORT_MRTD 528
#define TDREPORT_MRCONFIGID 576
#define TDREPORT_MROWNER 624
#define TDREPORT_MROWNERCONFIG 672
#define TDREPORT_RTMR(n) (720 + 48 * (n))

/* A TDREPORT by /dev/tdx_guest; 0 or -errno. */
int guest_report(uint8_t report[TDX_REPORT_LEN]);

/* A quote by configfs-tsm; its size or -errno. */
ssize_t guest_quote(uint8_t *quote, size_t size);

/*
 * The value that the register @name was told to have by tee.NAME=HEX on the
 * command line. Without that a static register has the SHA-384 of its name, and
 * an RTMR has zeros.
 */
void guest_told_value(const char *name, uint8_t value[REGISTER_SIZE]);

/* Arm faults, as "extend-busy=3,report-invalid". */
bool guest_arm(const char *faults);

/* Disarm them all. */
bool guest_disarm(void);

/* How often the kernel has complained in its log. */
int guest_complaints(void);

/* How many foreign extends the log has lines of. */
int guest_foreign(void);

/* Since some moment. */
double guest_seconds(void);

/* Would udev load the module @name by itself? */
bool guest_loads(const char *name);

#endif /* GUEST_H */
