// SPDX-License-Identifier: GPL-2.0
/*
 * A TDX guest: its reports, its log, and what the emulator of
 * tools/testing/tee-emu was told of it.
 */

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "tsm.h"

#define DEVICE "/dev/tdx_guest"
#define QUOTE_DIR "/sys/kernel/config/tsm/report/tdx_test"
/* The emulator takes faults at the 64 I/O ports from here on. */
#define FAULT_PORT 0xe00

int guest_report(uint8_t report[TDX_REPORT_LEN])
{
	struct tdx_report_req req = {};
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, TDX_CMD_GET_REPORT0, &req))
		rc = -errno;
	close(fd);
	memcpy(report, req.tdreport, TDX_REPORT_LEN);

	return rc;
}

ssize_t guest_quote(uint8_t *quote, size_t size)
{
	static const uint8_t nonce[TDX_REPORTDATA_LEN];
	ssize_t len, total = 0;
	int fd;

	if (mkdir(QUOTE_DIR, 0700) && errno != EEXIST)
		return -errno;

	fd = open(QUOTE_DIR "/inblob", O_WRONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : write(fd, nonce, sizeof(nonce));
	/* The kernel takes the blob, or refuses it, at the last close. */
	if (fd >= 0 && close(fd))
		len = -1;
	if (len < 0)
		goto error;

	fd = open(QUOTE_DIR "/outblob", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		goto error;
	while ((len = read(fd, quote + total, size - total)) > 0)
		total += len;
	close(fd);
	if (len < 0)
		goto error;
	rmdir(QUOTE_DIR);

	return total;
error:
	total = -errno;
	rmdir(QUOTE_DIR);

	return total;
}

static bool parse_hex(const char *hex, uint8_t value[REGISTER_SIZE])
{
	for (int i = 0; i < REGISTER_SIZE; i++) {
		if (sscanf(hex + 2 * i, "%2hhx", &value[i]) != 1)
			return false;
	}

	return true;
}

void guest_told_value(const char *name, uint8_t value[REGISTER_SIZE])
{
	char line[4096] = "", option[64];
	FILE *file = fopen("/proc/cmdline", "r");
	const char *hex;

	if (file) {
		if (!fgets(line, sizeof(line), file))
			line[0] = '\0';
		fclose(file);
	}
	snprintf(option, sizeof(option), "tee.%s=", name);
	hex = strstr(line, option);
	if (hex && parse_hex(hex + strlen(option), value))
		return;

	if (!strncmp(name, "rtmr", 4))
		memset(value, 0, REGISTER_SIZE);
	else
		EVP_Digest(name, strlen(name), value, NULL, EVP_sha384(), NULL);
}

bool guest_arm(const char *faults)
{
	int fd = open("/dev/port", O_RDWR | O_CLOEXEC);
	uint8_t status = 0xff;
	char line[64];
	int len;

	if (fd < 0)
		return false;
	len = snprintf(line, sizeof(line), "%s\n", faults);
	if (pwrite(fd, line, len, FAULT_PORT) != len ||
	    pread(fd, &status, 1, FAULT_PORT) != 1)
		status = 0xff;
	close(fd);

	return !status;
}

bool guest_disarm(void)
{
	return guest_arm("report-busy=0,report-invalid=0,extend-busy=0") &&
	       guest_arm("extend-invalid=0,extend-unclear=0");
}

int guest_foreign(void)
{
	size_t size;
	char *text = tsm_slurp(&size, "tdx/log/checkpoints");
	int count = 0;

	for (char *p = text; p && (p = strstr(p, " foreign ")); p++)
		count++;
	free(text);

	return count;
}

double guest_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);

	return now.tv_sec + now.tv_nsec / 1e9;
}

int guest_complaints(void)
{
	static const char sign[] = "cut here";
	int size = klogctl(10, NULL, 0);
	char *log = calloc(1, size + 1);
	int count = 0;

	if (size < 0 || !log || klogctl(3, log, size) < 0)
		count = -1;
	for (char *p = log; count >= 0 && (p = strstr(p, sign)); p++)
		count++;
	free(log);

	return count;
}

/* Lines of modules.alias are "alias PATTERN MODULE". */
bool guest_loads(const char *name)
{
	char path[PATH_MAX], line[4096], pattern[256], module[64];
	char modalias[8192] = "";
	struct utsname uts;
	bool found = false;
	FILE *file;

	file = fopen("/sys/devices/system/cpu/modalias", "r");
	if (!file || !fgets(modalias, sizeof(modalias), file)) {
		perror("# /sys/devices/system/cpu/modalias");
		return false;
	}
	fclose(file);
	modalias[strcspn(modalias, "\n")] = '\0';

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/modules.alias",
		 uts.release);
	file = fopen(path, "r");
	if (!file) {
		printf("# %s: %s\n", path, strerror(errno));
		return false;
	}
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "alias %255s %63s", pattern, module) ==
				2 &&
			!strcmp(module, name) && !fnmatch(pattern, modalias, 0);
	fclose(file);

	return found;
}
