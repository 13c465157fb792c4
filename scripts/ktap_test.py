#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of ktap.py, on whose count the last line of make check rests."""

import unittest

import ktap


def count(log, status=0):
    """(passed, failures) of @log."""
    counter = ktap.Counter()
    for text in log.splitlines():
        counter.line(text)
    return counter.finish(status)


class Count(unittest.TestCase):
    """One case for each thing that could be counted wrongly."""

    def test_flat(self):
        self.assertEqual(count("ok 1 - a\nok 2 b\n1..2"), (2, []))

    def test_failure_names_the_test(self):
        self.assertEqual(count("ok 1 - a\nnot ok 2 - b\n", 1), (1, ["b"]))

    def test_parents_are_not_leaves(self):
        log = """KTAP version 1
1..2
    KTAP version 1
    # Subtest: one
    1..2
        KTAP version 1
        ok 1 case 1
        ok 2 case 2
    ok 1 parameterised
    ok 2 b
ok 1 one
    1..1
    ok 1 c
ok 2 two"""
        self.assertEqual(count(log), (4, []))

    def test_failed_leaf_counts_once(self):
        log = "    1..2\n    not ok 1 a\n    ok 2 b\nnot ok 1 suite"
        self.assertEqual(count(log), (1, ["a"]))

    def test_failed_parent_of_good_children_counts(self):
        self.assertEqual(count("    ok 1 a\nnot ok 1 suite"), (1, ["suite"]))

    def test_kselftest_nests_by_hash(self):
        log = "TAP version 13\n1..1\n# TAP version 13\n# 1..2\n# ok 1 a\n" \
              "# not ok 2 b\nnot ok 1 selftests: tsm: x # exit=1"
        self.assertEqual(count(log), (1, ["b"]))

    def test_time_stamps(self):
        log = "[    1.234567]     ok 1 a\r\n[    1.234570][    T1] ok 1 suite\r\n"
        self.assertEqual(count(log), (1, []))

    def test_skip_is_a_failure(self):
        self.assertEqual(count("ok 1 - a # SKIP no TPM"), (0, ["a # SKIP no TPM"]))

    def test_missing_results(self):
        self.assertEqual(count("1..3\nok 1 a"), (1, ["3 tests planned, 1 seen"]))
        self.assertEqual(count("    1..3\n    ok 1 a\nok 1 suite"),
                         (1, ["3 tests planned, 1 seen"]))

    def test_documents_in_sequence(self):
        self.assertEqual(count("1..2\nok 1 a\nok 2 b\n1..2\nok 1 c\nok 2 d"), (4, []))
        self.assertEqual(count("1..2\nok 1 a\n1..1\nok 1 c"),
                         (2, ["2 tests planned, 1 seen"]))

    def test_no_result(self):
        self.assertEqual(count("nothing here"), (0, ["no test result in the log"]))
        self.assertEqual(count("1..0 # SKIP"), (0, ["a plan of no tests"]))

    def test_status(self):
        self.assertEqual(count("ok 1 a", 3), (1, ["ended with status 3"]))

    def test_bail_out(self):
        self.assertEqual(count("ok 1 a\nBail out! no guest"), (1, ["Bail out! no guest"]))

    def test_number_may_be_missing(self):
        self.assertEqual(count("ok - a\nnot ok - b"), (1, ["b"]))

    def test_prose_is_no_result(self):
        self.assertEqual(count("ok 1 a\n# okay 2 go\nlooks ok 3 times\nok then"), (1, []))


if __name__ == "__main__":
    unittest.main()
