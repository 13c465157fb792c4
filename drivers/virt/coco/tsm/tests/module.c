// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of the measurement registers and their event log.
 *
 * One file per suite. fake.c is the hardware, files.c reads and writes the files
 * of a provider as user space would, replay.c is a verifier of its own.
 */

#include <linux/module.h>

#include "files.h"

static void __exit tsm_kunit_exit(void)
{
	files_exit();
}
module_exit(tsm_kunit_exit);

static int __init tsm_kunit_init(void)
{
	return 0;
}
module_init(tsm_kunit_init);

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_DESCRIPTION("KUnit tests of the measurement registers");
MODULE_LICENSE("GPL");
