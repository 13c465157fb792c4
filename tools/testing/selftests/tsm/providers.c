// SPDX-License-Identifier: GPL-2.0
/*
 * Which providers there are, and what of them can be extended.
 */

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "providers.h"
#include "tsm.h"

static bool exists(const char *provider, const char *reg, const char *file,
		   int flags)
{
	int fd = tsm_open(flags, "%s/%s/%s", provider, reg, file);

	if (fd >= 0)
		close(fd);

	return fd >= 0;
}

static void add_reg(struct provider *provider, const char *name)
{
	struct provider_reg *reg = &provider->regs[provider->nr_regs];
	char digest[256];
	ssize_t len;

	if (provider->nr_regs == MAX_REGISTERS ||
	    !exists(provider->name, name, "append_event", O_WRONLY))
		return;
	len = tsm_read(digest, sizeof(digest), "%s/%s/digest", provider->name,
		       name);
	if (len <= 0)
		return;
	snprintf(reg->name, sizeof(reg->name), "%s", name);
	reg->digest = exists(provider->name, name, "digest", O_WRONLY);
	reg->size = len / 2;
	provider->nr_regs++;
}

int providers_find(struct provider providers[MAX_PROVIDERS])
{
	struct dirent **names, **regs;
	int nr_names, nr_regs;
	int count = 0;

	nr_names = scandir(TSM_ROOT, &names, NULL, alphasort);
	for (int i = 0; i < nr_names; i++) {
		struct provider *provider = &providers[count];
		char path[512];

		if (names[i]->d_name[0] == '.' || count == MAX_PROVIDERS)
			continue;
		memset(provider, 0, sizeof(*provider));
		snprintf(provider->name, sizeof(provider->name), "%s",
			 names[i]->d_name);
		snprintf(path, sizeof(path), "%s/%s", TSM_ROOT, provider->name);
		nr_regs = scandir(path, &regs, NULL, alphasort);
		for (int j = 0; j < nr_regs; j++) {
			if (regs[j]->d_name[0] != '.')
				add_reg(provider, regs[j]->d_name);
			free(regs[j]);
		}
		if (nr_regs >= 0)
			free(regs);
		count += provider->nr_regs > 0;
	}
	for (int i = 0; i < nr_names; i++)
		free(names[i]);
	if (nr_names >= 0)
		free(names);

	return count;
}
