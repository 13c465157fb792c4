/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The files of the event log.
 */
#ifndef __TSM_LOG_FILES_H
#define __TSM_LOG_FILES_H

struct tsm_provider;

#ifdef CONFIG_SECURITYFS

int __must_check tsm_log_files_init(void);
void tsm_log_files_exit(void);
int __must_check tsm_log_files_add(struct tsm_provider *provider);
void tsm_log_files_remove(struct tsm_provider *provider);
void tsm_log_files_free(struct tsm_provider *provider);

#else

static inline int tsm_log_files_init(void)
{
	return 0;
}

static inline void tsm_log_files_exit(void)
{
}

static inline int tsm_log_files_add(struct tsm_provider *provider)
{
	return 0;
}

static inline void tsm_log_files_remove(struct tsm_provider *provider)
{
}

static inline void tsm_log_files_free(struct tsm_provider *provider)
{
}

#endif /* CONFIG_SECURITYFS */

#endif /* __TSM_LOG_FILES_H */
