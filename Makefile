# SPDX-License-Identifier: GPL-2.0
#
# The two commands are `make run` and `make check`; `make help` lists the rest.
# Every target is a script of the same name in scripts/, which says at its top
# what it needs and does.

# A dollar sign in what the user gives is for the shell in the guest, not for make.
override CMD := $(value CMD)
override APPEND := $(value APPEND)

export KSRC KVERSION KDIR KERNEL TEE ACCEL TPM TPM_BANKS UEFI CMD SMP MEM APPEND GUEST_TIMEOUT

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

RUN := scripts

.PHONY: help
help:
	@sed -n 's/^#: //p' $(MAKEFILE_LIST)

#: The two commands, on a fresh Debian 12 as root:
#:   make run            build everything, boot a guest with a software TPM, extend
#:                       registers, show and verify the event log
#:   make check          everything that proves it; ends with "N passed, N failed";
#:                       LONG=1: in its long form, for hours
#:
#: Working on it:
#:   make deps           install what is missing (the other targets do it themselves)
#:   make kernel         kernel source, overlay, kernel and modules
#:   make tools          tools/tsm into build/tools
#:   make guest CMD='…'  run a command in a guest; its output, its exit status (make
#:                       itself only knows 0 and 2: scripts/guest.sh '…' has it)
#:                       KERNEL=default: with the kernel and the kselftests of
#:                       the checks;
#:                       TPM=0: without a TPM; TPM=tis: with one that works by
#:                       interrupts; TPM_BANKS='sha256:all+sha384:0,1,2,3': which PCRs
#:                       have which banks; UEFI=1: with UEFI;
#:                       build/share is /share in the guest;
#:                       APPEND=…: more words for its command line;
#:                       GUEST_TIMEOUT=N: seconds until it is given up (600)
#:   make modules KDIR=… build the same sources as external modules for a kernel of
#:                       yours, /lib/modules/$(uname -r)/build for instance; its headers,
#:                       gcc and make are all that this needs
#:   make modules_install KDIR=…
#:                       install them; INSTALL_MOD_PATH is where, as for the kernel;
#:                       make modules_uninstall KDIR=… removes them
#:   make install        install tsm-log and what belongs to it below prefix
#:                       (/usr/local), or below DESTDIR for a package; make uninstall
#:                       removes it
#:   make deb            Debian packages of tsm-log and of the modules, for DKMS, into
#:                       build/deb
#:   make series         write the patch series into build/series
#:   make bench          what extends and logs cost, beside what others do: figures,
#:                       not tests; a table and plots in build/bench
#:   make stress         extends, trims, reads, polls and unloading at once, killed writers
#:                       and random writes, for STRESS_SECONDS (600) and FUZZ_WRITES
#:                       (1000000); make kselftest has a short form of it; TEE= as below
#:
#: Single checks, each counted by make check:
#:   make kunit          KUnit under UML
#:   make kselftest      KUnit and kselftests in a QEMU guest; TEE= as below
#:   make ima-check      IMA without a TPM, in a TDX guest; LONG=1: and with an SVSM's TPM
#:   make firmware-check firmware's logs and ours as one: a TPM under UEFI, TDX
#:   make tpm-check      a TPM that works by interrupts, one whose banks have some PCRs
#:                       only, and one that others keep busy
#:   make hibernate-check
#:                       a guest that hibernates and wakes when its TPM started anew
#:   make soak           EVENTS extends (default 100000) while archive runs and is
#:                       killed; see scripts/soak.sh
#:   make tee-emu-check  the emulator of TDX and SEV-SNP guests
#:   make tools-check    tests of tsm-log on the host
#:   make sparse         sparse over our kernel code
#:   make checkpatch     checkpatch --strict over the repository's files
#:   make stock-check    modules and modules_install for a distribution's kernel, in a
#:                       system of 450 MB that has its headers, gcc and make only;
#:                       ARCH=arm64: cross-compiled for that; make check leaves it out
#:   make stock-guest-check
#:                       a guest with Debian's own kernel and these modules; make check
#:                       leaves it out
#:   make deb-check      the Debian packages, on a bare Debian 13 with a stock kernel 7.3:
#:                       lintian, installed, upgraded, removed and purged; 2 GB; make
#:                       check leaves it out
#:   make distro-check   a Debian 13 with the stock kernel, systemd, udev and a TPM, on which
#:                       apt has installed the packages, is booted again and again:
#:                       directly, by systemd-boot and a UKI, by shim and GRUB, with
#:                       initramfs-tools and dracut, and after a purge; 3 GB; BOOTS=
#:                       chooses some, see scripts/distro-check.sh; make check takes
#:                       the first two
#:   make fallback-check the kernel series that is taken once Debian has ours no more,
#:                       and the tour with it; make check leaves it out
#:   make docs-check     kernel-doc, ABI files, Sphinx
#:   make series-check   the series applies and builds, patch by patch; LONG=1: and
#:                       each series alone passes KUnit and boots a guest
#:   make style          shellcheck, clang-format
#:   make fuzz           fuzz the parser of tsm-log for FUZZ_SECONDS (default 60)
#:
#:   make clean          remove build/; the cache of kernels stays
#:   make distclean      remove build/ and the cache
#:
#: Variables:
#:   KSRC=/path/to/linux use this tree (7.3 or later) instead of Debian's linux-source
#:   TEE=tdx|snp|svsm    for run, guest, kselftest: a TDX guest, an SEV-SNP guest, or
#:                       one under an SVSM with a virtual TPM, all emulated; on a
#:                       host that has the hardware: with ACCEL=kvm (untested)
#:   KERNEL=debug        for check, kselftest, run, guest: a kernel with KASAN, UBSAN,
#:                       lockdep, kmemleak and fault injection, for which make check
#:                       runs what tests the kernel in a guest;
#:                       KERNEL=kcsan: the same with one that looks for data races;
#:                       KERNEL=modules: with one that has nothing of ours built in;
#:                       KERNEL=stock: with Debian's own and our external modules
#:   TSM_CACHE=DIR       where kernel source and builds are kept (~/.cache/tsm-measurement)
#:   JOBS=N              parallel jobs (all cores)
.PHONY: deps run check guest modules series bench kunit kselftest tools tools-check \
	sparse checkpatch docs-check series-check style fuzz kernel tee-emu-check stress \
	ima-check firmware-check tpm-check hibernate-check soak stock-check stock-guest-check \
	fallback-check deb deb-check distro-check

deps run check guest modules series bench kunit kselftest tools tools-check sparse \
checkpatch docs-check series-check style fuzz tee-emu-check stress \
ima-check firmware-check tpm-check hibernate-check soak stock-check stock-guest-check \
fallback-check deb deb-check distro-check:
	@$(RUN)/$@.sh

.PHONY: modules_install modules_uninstall
modules_install modules_uninstall:
	@$(RUN)/modules.sh $(@:modules_%=%)

# What tools/tsm/Makefile takes from the command line, it has from this make's.
.PHONY: install uninstall
install: tools
install uninstall:
	@$(MAKE) --no-print-directory -C tools/tsm OUTPUT=$(CURDIR)/build/tools/ $@

kernel:
	@$(RUN)/kernel-build.sh >/dev/null

.PHONY: clean distclean
clean:
	rm -rf build

distclean: clean
	@$(RUN)/distclean.sh
