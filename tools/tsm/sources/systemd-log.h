/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd's own log of what it extends PCRs by.
 */
#ifndef TSM_LOG_SYSTEMD_LOG_H
#define TSM_LOG_SYSTEMD_LOG_H

/* Where it is; as systemd does, this takes another path from the environment. */
const char *systemd_log_path(void);

/*
 * The same, if it is there and of the machine whose providers are in @root; NULL if not:
 * to a copy of another machine's, it belongs only if the environment says so.
 */
const char *systemd_log_of(const char *root);

#endif
