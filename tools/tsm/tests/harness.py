# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of tsm-log share: a test is a function with a decorator, its
name is its docstring, and it fails by an exception.

The arguments of the program are TSM_LOG [FAST_TSM_LOG], see test_tsm_log.py.
TAP_COUNT in the environment is how many tests another program has run before. As
many run at once as there are processors; what they say keeps their order.
"""

import concurrent.futures
import json
import os
import resource
import subprocess
import sys
import tempfile

TOOL = sys.argv[1]
FAST = sys.argv[2] if len(sys.argv) > 2 else None
# Exit statuses that no test expects, so that a sanitizer's report fails it. And
# memory that is full of bytes which continue a character of UTF-8.
ENV = dict(os.environ, LC_ALL="C",
           ASAN_OPTIONS="exitcode=99:max_malloc_fill_size=1000000:"
           "malloc_fill_byte=190",
           UBSAN_OPTIONS="exitcode=99,print_stacktrace=1")
TESTS = []


class Failure(Exception):
    pass


def test(function):
    TESTS.append((function.__doc__, function, ()))
    return function


def test_each(cases):
    """One test for each case: its name and the arguments after it."""
    def decorate(function):
        for name, *args in cases:
            TESTS.append((f"{function.__doc__}: {name}", function, args))
        return function
    return decorate


class Run:
    def __init__(self, *args, tool=TOOL, limit=None, **kwargs):
        def set_limit():
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

        done = subprocess.run([tool, *args], capture_output=True, timeout=300,
                              env=dict(ENV, **kwargs.pop("env", {})),
                              preexec_fn=set_limit if limit else None,
                              check=False, **kwargs)
        self.args = args
        self.status = done.returncode
        self.bytes = done.stdout
        self.out = done.stdout.decode(errors="backslashreplace")
        self.err = done.stderr.decode(errors="backslashreplace")

    def fail(self, why):
        raise Failure(f"{why}\n$ tsm-log {' '.join(self.args)}\n"
                      f"{self.out[-2000:]}{self.err[-6000:]}"
                      f"exit status {self.status}")

    def expect(self, status, *texts):
        if self.status != status:
            self.fail(f"expected exit status {status}")
        for text in texts:
            if text not in self.out + self.err:
                self.fail(f"expected the text: {text}")
        return self

    def json(self):
        try:
            return json.loads(self.out)
        except ValueError as error:
            return self.fail(f"no JSON: {error}")


def check(condition, why):
    if not condition:
        raise Failure(why)


def is_waited_for(path):
    """Whether a process waits for a lock on the file."""
    inode = os.stat(path).st_ino
    with open("/proc/locks", encoding="ascii") as file:
        return any("->" in line and line.split()[6].endswith(f":{inode}")
                   for line in file)


def run_test(index):
    """Run a test in a directory of its own. Returns why it failed, or None."""
    _, function, args = TESTS[index]
    home = os.getcwd()
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        try:
            function(*args)
        except Exception as error:  # pylint: disable=broad-except
            return f"{type(error).__name__}: {error}"
        finally:
            os.chdir(home)
    return None


def run_tests():
    """Run all tests, one on each processor at a time; the exit status."""
    failed = 0
    first = int(os.environ.get("TAP_COUNT", "0")) + 1
    # A test changes its working directory, which threads would share.
    with concurrent.futures.ProcessPoolExecutor() as pool:
        for number, why in enumerate(pool.map(run_test, range(len(TESTS))), first):
            name = TESTS[number - first][0]
            if why is None:
                print(f"ok {number} - {name}")
            else:
                failed += 1
                print(f"not ok {number} - {name}")
                for line in why.splitlines():
                    print(f"# {line}")
            sys.stdout.flush()
    return 1 if failed else 0
