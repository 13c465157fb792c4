// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the measurement registers and their event log.
 *
 * One file per suite. fake.c is the hardware, files.c reads and writes the files
 * of a provider as user space would, replay.c is a verifier of its own.
 */

#include <linux/module.h>

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests of the measurement registers");
MODULE_LICENSE("GPL");
