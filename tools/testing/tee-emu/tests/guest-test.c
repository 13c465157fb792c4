// SPDX-License-Identifier: GPL-2.0
/*
 * guest-test SET - what the emulator must do, seen from a guest's user space
 * through mainline's drivers. Output is KTAP.
 *
 * The sets are tdx, strict (TDX with #VE), snp and svsm. The drivers are
 * loaded already. What the static registers hold is on the kernel's command
 * line, as for the emulator, or the SHA-384 digest of the register's name.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/sev-guest.h>

#include "sha384.h"

#define MEASUREMENTS "/sys/devices/virtual/misc/tdx_guest/measurements/"
#define REPORTS "/sys/kernel/config/tsm/report/"
#define PCRS "/sys/class/tpm/tpm0/pcr-sha384/"
#define FAULT_PORT 0xe00

#define MAX_SIZE 8192
#define NONCE_SIZE 64

static int number, failures;

static bool ok(bool passed, const char *name)
{
	printf("%s %d - %s\n", passed ? "ok" : "not ok", ++number, name);
	fflush(stdout);
	failures += !passed;
	return passed;
}

/* The same, with the values if they differ. */
static bool same(const void *got, const void *wanted, size_t size,
		 const char *name)
{
	const u8 *both[] = { got, wanted };
	bool passed = !memcmp(got, wanted, size);

	ok(passed, name);
	for (int i = 0; !passed && i < 2; i++) {
		printf("# %s ", i ? "wanted" : "got   ");
		for (size_t j = 0; j < size; j++)
			printf("%02x", both[i][j]);
		putchar('\n');
	}
	return passed;
}

static ssize_t read_file(const char *path, void *buffer, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t n = fd;

	while (n >= 0 && length < size) {
		n = read(fd, (char *)buffer + length, size - length);
		if (n <= 0)
			break;
		length += n;
	}
	if (n < 0)
		printf("# %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return n < 0 ? n : (ssize_t)length;
}

/* 0, or the error */
static int write_file(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY);
	int error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, data, size) != (ssize_t)size)
		error = errno ? errno : EIO;
	if (close(fd))
		error = errno;
	return error;
}

static bool kernel_says(const char *text)
{
	static char log[1 << 20];
	int length = klogctl(3, log, sizeof(log) - 1);

	log[length < 0 ? 0 : length] = '\0';
	return strstr(log, text);
}

static void test_kernel_says(const char *text)
{
	char name[128];

	snprintf(name, sizeof(name), "the kernel says \"%s\"", text);
	ok(kernel_says(text), name);
}

static size_t from_hex(const char *hex, u8 *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		char *end;

		bytes[i] = strtoul(digits, &end, 16);
		if (end != digits + 2)
			break;
	}
	return i;
}

static void expected_register(const char *name, u8 *value, size_t size)
{
	char cmdline[4096], option[64], *found;
	u8 digest[SHA384_SIZE];
	ssize_t length = read_file("/proc/cmdline", cmdline, sizeof(cmdline));

	cmdline[length < 0 ? 0 : length - 1] = '\0';
	snprintf(option, sizeof(option), "tee.%s=", name);
	found = strstr(cmdline, option);
	if (found && from_hex(found + strlen(option), value, size) == size)
		return;
	sha384(name, strlen(name), digest);
	memcpy(value, digest, size);
}

static void test_register(const u8 *report, size_t offset,
			  const char *register_name, size_t size)
{
	u8 wanted[NONCE_SIZE];
	char name[64];

	expected_register(register_name, wanted, size);
	snprintf(name, sizeof(name), "%s is at offset %#zx of the report",
		 register_name, offset);
	same(report + offset, wanted, size, name);
}

/* Arm faults; the emulator answers at the same port. */
static bool arm(const char *list)
{
	char line[64];
	u8 status = 0xff;
	int fd = open("/dev/port", O_RDWR);
	int length = snprintf(line, sizeof(line), "%s\n", list);

	if (fd < 0 || pwrite(fd, line, length, FAULT_PORT) != length ||
	    pread(fd, &status, 1, FAULT_PORT) != 1)
		printf("# /dev/port: %s; the kernel needs CONFIG_DEVPORT\n",
		       strerror(errno));
	if (fd >= 0)
		close(fd);
	return !status;
}

static void execute(const char *what)
{
	unsigned long a = 0, c = 0, d = 0;

	if (!strcmp(what, "TDCALL"))
		asm volatile(".byte 0x66, 0x0f, 0x01, 0xcc"
			     : "+a"(a), "+c"(c), "+d"(d)
			     :
			     : "memory", "r8", "r9", "r10", "r11");
	else if (!strcmp(what, "VMGEXIT"))
		asm volatile("rep; vmmcall" ::: "memory");
	else if (!strcmp(what, "VMMCALL"))
		asm volatile("vmmcall" ::: "memory");
	else if (!strcmp(what, "PVALIDATE"))
		asm volatile(".byte 0xf2, 0x0f, 0x01, 0xff"
			     : "+a"(a)
			     : "c"(c), "d"(d)
			     : "memory", "cc");
	else
		asm volatile("ud2");
}

static void test_user_instructions(void)
{
	static const char *const instructions[] = {
		"TDCALL", "VMGEXIT", "VMMCALL", "PVALIDATE", "UD2",
	};

	for (size_t i = 0; i < ARRAY_SIZE(instructions); i++) {
		char name[64];
		int status = 0;
		pid_t child = fork();

		if (!child) {
			execute(instructions[i]);
			_exit(0);
		}
		waitpid(child, &status, 0);
		snprintf(name, sizeof(name), "a process gets SIGILL for %s",
			 instructions[i]);
		ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGILL, name);
	}
}

/* The interrupt that ends a wait must neither be lost nor come at once. */
static void test_sleep(void)
{
	struct timespec start, end;
	double passed;

	clock_gettime(CLOCK_MONOTONIC, &start);
	sleep(1);
	clock_gettime(CLOCK_MONOTONIC, &end);
	passed =
		end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) / 1e9;
	printf("# a second took %.3f s\n", passed);
	ok(passed >= 0.99 && passed < 5, "a second's sleep takes a second");
}

static void test_cpuid(void)
{
	u32 a = 0x80000001, b, c = 0, d;

	asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	ok(!(c & BIT(2)), "the guest has no SVM of its own");
}

/* TDX */

#define TDREPORT_SIZE 1024
#define TDREPORT_REPORTDATA 128
#define TDREPORT_TDINFO 512
#define TDREPORT_MRTD 528
#define TDREPORT_RTMR 720

struct tdx_report_req {
	u8 reportdata[NONCE_SIZE];
	u8 tdreport[TDREPORT_SIZE];
};

#define TDX_CMD_GET_REPORT0 _IOWR('T', 1, struct tdx_report_req)

static int get_tdreport(const u8 *nonce, u8 *report)
{
	struct tdx_report_req request = {};
	int fd = open("/dev/tdx_guest", O_RDWR);
	int error = 0;

	memcpy(request.reportdata, nonce, NONCE_SIZE);
	if (fd < 0 || ioctl(fd, TDX_CMD_GET_REPORT0, &request))
		error = errno;
	if (fd >= 0)
		close(fd);
	memcpy(report, request.tdreport, TDREPORT_SIZE);
	return error;
}

static void make_nonce(u8 *nonce)
{
	static u8 seed;

	seed++;
	for (int i = 0; i < NONCE_SIZE; i++)
		nonce[i] = seed * 31 + i;
}

static void test_tdreport(void)
{
	static const char *const names[] = {
		"mrtd",
		"mrconfigid",
		"mrowner",
		"mrownerconfig",
	};
	u8 nonce[NONCE_SIZE], report[TDREPORT_SIZE], digest[SHA384_SIZE];

	make_nonce(nonce);
	ok(!get_tdreport(nonce, report), "TDX_CMD_GET_REPORT0 succeeds");
	ok(report[0] == 0x81 && !report[1] && !report[2],
	   "the report says that it is TDX's");
	same(report + TDREPORT_REPORTDATA, nonce, NONCE_SIZE,
	     "REPORTDATA is at offset 0x80 of the report");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		test_register(report, TDREPORT_MRTD + i * SHA384_SIZE, names[i],
			      SHA384_SIZE);
	sha384(report + 256, 239, digest);
	same(report + 32, digest, SHA384_SIZE,
	     "TEE_TCB_INFO_HASH is right, at offset 0x20");
	sha384(report + TDREPORT_TDINFO, 512, digest);
	same(report + 80, digest, SHA384_SIZE,
	     "TEE_INFO_HASH is right, at offset 0x50");
}

static void read_rtmr(int index, u8 *value)
{
	u8 nonce[NONCE_SIZE] = {}, report[TDREPORT_SIZE];

	if (get_tdreport(nonce, report))
		printf("# no TDREPORT: %s\n", strerror(errno));
	memcpy(value, report + TDREPORT_RTMR + index * SHA384_SIZE,
	       SHA384_SIZE);
}

static void extended(const u8 *old, const u8 *digest, u8 *value)
{
	u8 both[2 * SHA384_SIZE];

	memcpy(both, old, SHA384_SIZE);
	memcpy(both + SHA384_SIZE, digest, SHA384_SIZE);
	sha384(both, sizeof(both), value);
}

static void rtmr_path(int index, char *path, size_t size)
{
	snprintf(path, size, MEASUREMENTS "rtmr%d:sha384", index);
}

static void test_measurement_files(void)
{
	static const char *const files[] = {
		"mrtd:sha384",	"mrconfigid",	"mrowner",	"mrownerconfig",
		"rtmr0:sha384", "rtmr1:sha384", "rtmr2:sha384", "rtmr3:sha384",
	};
	u8 nonce[NONCE_SIZE] = {}, report[TDREPORT_SIZE], value[SHA384_SIZE];

	get_tdreport(nonce, report);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[128], name[64];
		bool read;

		snprintf(path, sizeof(path), MEASUREMENTS "%s", files[i]);
		snprintf(name, sizeof(name), "%s is what the report says",
			 files[i]);
		read = read_file(path, value, sizeof(value)) == sizeof(value);
		if (read)
			same(value, report + TDREPORT_MRTD + i * SHA384_SIZE,
			     SHA384_SIZE, name);
		else
			ok(false, name);
	}
}

static void test_rtmr_extend(void)
{
	u8 digest[SHA384_SIZE], old[SHA384_SIZE], new[SHA384_SIZE];
	u8 wanted[SHA384_SIZE], file[SHA384_SIZE], others[2][SHA384_SIZE];
	char path[128];
	bool agrees;

	/* The firmware's two registers as the command line has them, or zero */
	memset(wanted, 0, sizeof(wanted));
	read_rtmr(1, old);
	same(old, wanted, SHA384_SIZE, "RTMR1 starts as zeros");
	for (int i = 2; i < 4; i++) {
		char name[64];

		sha384(&i, sizeof(i), digest);
		rtmr_path(i, path, sizeof(path));
		read_rtmr(i, old);
		read_rtmr(5 - i, others[0]);
		snprintf(name, sizeof(name), "RTMR%d takes an extend", i);
		ok(!write_file(path, digest, sizeof(digest)), name);
		extended(old, digest, wanted);
		read_rtmr(i, new);
		read_rtmr(5 - i, others[1]);
		snprintf(name, sizeof(name), "RTMR%d is the hash of both", i);
		same(new, wanted, SHA384_SIZE, name);
		snprintf(name, sizeof(name), "RTMR%d's file agrees", i);
		agrees = read_file(path, file, sizeof(file)) == sizeof(file) &&
			 !memcmp(file, new, SHA384_SIZE);
		ok(agrees, name);
		snprintf(name, sizeof(name), "RTMR%d did not change", 5 - i);
		same(others[1], others[0], SHA384_SIZE, name);
	}
}

struct extend_fault {
	const char *list;
	int error;
	bool takes_effect;
};

static void test_extend_faults(void)
{
	/* The driver asks again where it was busy, and looks where it is unclear. */
	static const struct extend_fault faults[] = {
		{ "extend-busy=1", 0, true },
		{ "extend-invalid", ENXIO, false },
		{ "extend-unclear", 0, true },
	};
	u8 digest[SHA384_SIZE], old[SHA384_SIZE], new[SHA384_SIZE];
	u8 wanted[SHA384_SIZE], nonce[NONCE_SIZE] = {}, report[TDREPORT_SIZE];
	bool in_order, disarmed;
	char path[128];

	sha384("fault", 5, digest);
	rtmr_path(3, path, sizeof(path));
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		char name[64];

		read_rtmr(3, old);
		snprintf(name, sizeof(name), "fault %s is armed",
			 faults[i].list);
		ok(arm(faults[i].list), name);
		snprintf(name, sizeof(name), "fault %s gives errno %d",
			 faults[i].list, faults[i].error);
		ok(write_file(path, digest, sizeof(digest)) == faults[i].error,
		   name);
		read_rtmr(3, new);
		memcpy(wanted, old, SHA384_SIZE);
		if (faults[i].takes_effect)
			extended(old, digest, wanted);
		snprintf(name, sizeof(name), "fault %s %s", faults[i].list,
			 faults[i].takes_effect ? "extends all the same" :
						  "leaves the register");
		same(new, wanted, SHA384_SIZE, name);
	}
	ok(!write_file(path, digest, sizeof(digest)),
	   "an extend after the faults succeeds");

	read_rtmr(3, old);
	memset(digest, 0, sizeof(digest));
	extended(old, digest, wanted);
	arm("extend-foreign");
	get_tdreport(nonce, report);
	read_rtmr(3, new);
	same(new, wanted, SHA384_SIZE, "fault extend-foreign extends RTMR3");

	in_order = arm("report-busy=2,report-invalid=1") &&
		   get_tdreport(nonce, report) == EBUSY &&
		   get_tdreport(nonce, report) == EBUSY &&
		   get_tdreport(nonce, report) == ENXIO &&
		   !get_tdreport(nonce, report);
	ok(in_order, "faults of TDG.MR.REPORT come in number and order");
	ok(!arm("nonsense=1"), "an unknown fault is refused");
	ok(!arm("extend-busy=x"), "a fault without a number is refused");
	disarmed = arm("extend-busy=1") && arm("extend-busy=0") &&
		   !write_file(path, digest, sizeof(digest));
	ok(disarmed, "a count of zero disarms");
}

/* configfs-tsm */

static ssize_t tsm_report(const u8 *nonce, const char *privlevel, u8 *blob,
			  size_t size)
{
	static int count;
	char dir[64], path[128];
	ssize_t length;

	snprintf(dir, sizeof(dir), REPORTS "test%d", count++);
	if (mkdir(dir, 0700)) {
		printf("# %s: %s\n", dir, strerror(errno));
		return -1;
	}
	snprintf(path, sizeof(path), "%s/privlevel", dir);
	if (privlevel)
		write_file(path, privlevel, strlen(privlevel));
	snprintf(path, sizeof(path), "%s/inblob", dir);
	write_file(path, nonce, NONCE_SIZE);
	snprintf(path, sizeof(path), "%s/outblob", dir);
	length = read_file(path, blob, size);
	rmdir(dir);
	return length;
}

#define QUOTE_MRTD (48 + 136)
#define QUOTE_RTMR (48 + 328)
#define QUOTE_REPORTDATA (48 + 520)
#define QUOTE_SIZE (48 + 584 + 4)

static void test_quote(void)
{
	u8 nonce[NONCE_SIZE], quote[MAX_SIZE], report[TDREPORT_SIZE];

	make_nonce(nonce);
	get_tdreport(nonce, report);
	if (!ok(tsm_report(nonce, NULL, quote, sizeof(quote)) >= QUOTE_SIZE,
		"configfs-tsm gives a quote"))
		return;
	ok(quote[0] == 4 && quote[4] == 0x81, "the quote is TDX's, version 4");
	same(quote + QUOTE_MRTD, report + TDREPORT_MRTD, SHA384_SIZE,
	     "the quote has MRTD");
	same(quote + QUOTE_RTMR, report + TDREPORT_RTMR, 4 * SHA384_SIZE,
	     "the quote has the RTMRs");
	same(quote + QUOTE_REPORTDATA, nonce, NONCE_SIZE,
	     "the quote has REPORTDATA");
}

static void test_tdx(void)
{
	test_kernel_says("tdx: Guest detected");
	test_kernel_says("Memory Encryption Features active: Intel TDX");
	test_tdreport();
	test_measurement_files();
	test_rtmr_extend();
	test_quote();
	test_extend_faults();
}

static void test_strict(void)
{
	test_kernel_says("Memory Encryption Features active: Intel TDX");
	test_tdreport();
	test_measurement_files();
	test_rtmr_extend();
	ok(arm("extend-busy=0"), "the fault port works through #VE");
}

/* SNP */

#define SNP_ACTIVE "Memory Encryption Features active: AMD SEV SEV-ES SEV-SNP"

#define SNP_REPORT_SIZE 0x4a0
#define SNP_VMPL 0x30
#define SNP_REPORT_DATA 0x50

static unsigned int own_vmpl(void)
{
	char text[16] = {};

	read_file("/sys/devices/system/cpu/sev/vmpl", text, sizeof(text) - 1);
	return strtoul(text, NULL, 10);
}

static bool get_snp_report(const u8 *nonce, unsigned int vmpl, u8 *report)
{
	char level[2] = { '0' + vmpl, '\0' };

	return tsm_report(nonce, level, report, MAX_SIZE) == SNP_REPORT_SIZE;
}

static void test_snp_report(unsigned int vmpl)
{
	static const struct {
		const char *name;
		size_t offset;
		size_t size;
	} fields[] = {
		{ "family_id", 0x10, 16 },
		{ "image_id", 0x20, 16 },
		{ "measurement", 0x90, SHA384_SIZE },
		{ "host_data", 0xc0, 32 },
		{ "id_key_digest", 0xe0, SHA384_SIZE },
		{ "author_key_digest", 0x110, SHA384_SIZE },
		{ "report_id", 0x140, 32 },
	};
	u8 nonce[NONCE_SIZE], report[MAX_SIZE];
	bool other, all = true;

	make_nonce(nonce);
	if (!ok(get_snp_report(nonce, vmpl, report),
		"configfs-tsm gives a report"))
		return;
	ok(report[0] == 5, "the report has version 5");
	same(report + SNP_REPORT_DATA, nonce, NONCE_SIZE,
	     "report_data is at offset 0x50 of the report");
	ok(report[SNP_VMPL] == vmpl, "vmpl is at offset 0x30 of the report");
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		test_register(report, fields[i].offset, fields[i].name,
			      fields[i].size);

	other = get_snp_report(nonce, 3, report) && report[SNP_VMPL] == 3;
	ok(other, "a report for VMPL3 says so");
	for (int i = 0; i < 20; i++) {
		make_nonce(nonce);
		all = all && get_snp_report(nonce, vmpl, report) &&
		      !memcmp(report + SNP_REPORT_DATA, nonce, NONCE_SIZE);
	}
	ok(all, "twenty more reports have each their own report_data");
}

static int derived_key(unsigned int vmpl, u64 fields, u8 *key)
{
	struct snp_derived_key_req request = { .vmpl = vmpl,
					       .guest_field_select = fields };
	struct snp_derived_key_resp response = {};
	struct snp_guest_request_ioctl arg = {
		.msg_version = 1,
		.req_data = (unsigned long)&request,
		.resp_data = (unsigned long)&response,
	};
	int fd = open("/dev/sev-guest", O_RDWR);
	int error = 0;

	if (fd < 0 || ioctl(fd, SNP_GET_DERIVED_KEY, &arg))
		error = errno;
	if (fd >= 0)
		close(fd);
	memcpy(key, response.data + 32, 32);
	return error ? error : response.data[0];
}

static void test_derived_key(unsigned int vmpl)
{
	u8 keys[3][32];
	bool same_key, other_key;

	same_key = !derived_key(vmpl, 1, keys[0]) &&
		   !derived_key(vmpl, 1, keys[1]) &&
		   !memcmp(keys[0], keys[1], 32);
	ok(same_key, "the same request derives the same key");
	other_key = !derived_key(vmpl, 9, keys[2]) &&
		    memcmp(keys[0], keys[2], 32);
	ok(other_key, "another request derives another key");
}

static void test_request_faults(unsigned int vmpl)
{
	u8 nonce[NONCE_SIZE] = {}, report[MAX_SIZE];
	bool refused, repeated, disabled;

	refused = arm("request-refused=1") &&
		  !get_snp_report(nonce, vmpl, report) && errno == EINVAL &&
		  get_snp_report(nonce, vmpl, report);
	ok(refused,
	   "a request that the firmware refuses fails, the next does not");
	repeated = arm("request-busy=1") && get_snp_report(nonce, vmpl, report);
	ok(repeated, "a request that the host is too busy for is tried again");
	/* The last one: the kernel gives up its key. */
	disabled = arm("request-error=1") &&
		   !get_snp_report(nonce, vmpl, report) && errno == EIO &&
		   !get_snp_report(nonce, vmpl, report) && errno == ENOTTY;
	ok(disabled, "a request that the host fails disables the key");
}

static void test_snp_common(unsigned int vmpl)
{
	char says[32];

	test_kernel_says(SNP_ACTIVE);
	snprintf(says, sizeof(says), "SNP running at VMPL%u.", vmpl);
	test_kernel_says(says);
	ok(own_vmpl() == vmpl, "sysfs has the same VMPL");
	test_snp_report(vmpl);
	test_derived_key(vmpl);
}

static void test_snp(void)
{
	test_snp_common(0);
	test_request_faults(0);
}

/* SVSM */

static bool read_pcr(int index, u8 *value)
{
	char path[64], text[2 * SHA384_SIZE + 1] = {};

	snprintf(path, sizeof(path), PCRS "%d", index);
	read_file(path, text, 2 * SHA384_SIZE);
	return from_hex(text, value, SHA384_SIZE) == SHA384_SIZE;
}

/* TPM2_PCR_Extend of one SHA-384 digest, with an empty password. */
static int extend_pcr(u8 index, const u8 *digest)
{
	static const u8 head[] = {
		0x80, 0x02, 0, 0, 0,	0,    0, 0, 0x01, 0x82, /* header */
		0,    0,    0, 0, /* the PCR */
		0,    0,    0, 9, 0x40, 0,    0, 9, 0,	  0,
		0,    0,    0, /* authorization */
		0,    0,    0, 1, 0,	0x0c, /* one digest, SHA-384 */
	};
	u8 command[sizeof(head) + SHA384_SIZE], response[64] = {};
	int fd = open("/dev/tpm0", O_RDWR);
	int error = 0;

	memcpy(command, head, sizeof(head));
	command[5] = sizeof(command);
	command[13] = index;
	memcpy(command + sizeof(head), digest, SHA384_SIZE);
	if (fd < 0 || write(fd, command, sizeof(command)) < 0 ||
	    read(fd, response, sizeof(response)) < 10)
		error = errno ? errno : EIO;
	if (fd >= 0)
		close(fd);
	if (!error && (response[6] | response[7] | response[8] | response[9]))
		error = EPROTO;
	return error;
}

static void test_vtpm(void)
{
	u8 digest[SHA384_SIZE], old[SHA384_SIZE], new[SHA384_SIZE];
	u8 wanted[SHA384_SIZE];

	test_kernel_says("SNP SVSM vTPM 2.0 device");
	ok(access("/sys/class/tpm/tpm0", F_OK) == 0, "there is a TPM");
	ok(!access("/sys/bus/platform/drivers/tpm-svsm/tpm-svsm/tpm/tpm0",
		   F_OK),
	   "the TPM is the SVSM's");
	ok(access("/sys/class/tpm/tpm1", F_OK) != 0, "there is no other TPM");

	sha384("vtpm", 4, digest);
	ok(read_pcr(16, old), "PCR 16 can be read");
	ok(!extend_pcr(16, digest), "PCR 16 can be extended");
	read_pcr(16, new);
	extended(old, digest, wanted);
	same(new, wanted, SHA384_SIZE, "PCR 16 is the hash of both");

	ok(arm("vtpm-refused=1") && extend_pcr(16, digest),
	   "a command that the SVSM refuses fails");
	read_pcr(16, old);
	same(old, new, SHA384_SIZE, "PCR 16 did not change");
	ok(!extend_pcr(16, digest), "the next command succeeds");
}

static void test_svsm(void)
{
	test_snp_common(2);
	test_vtpm();
	test_request_faults(2);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} sets[] = {
		{ "tdx", test_tdx },
		{ "strict", test_strict },
		{ "snp", test_snp },
		{ "svsm", test_svsm },
	};

	puts("KTAP version 1");
	for (size_t i = 0; argc == 2 && i < ARRAY_SIZE(sets); i++) {
		if (strcmp(argv[1], sets[i].name))
			continue;
		sets[i].run();
		test_user_instructions();
		test_cpuid();
		test_sleep();
		printf("1..%d\n", number);
		return failures ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	fprintf(stderr, "usage: guest-test tdx|strict|snp|svsm\n");
	return EXIT_FAILURE;
}
