import unittest

from usher_sdk.component import report


def divide(by: int) -> float:
    return sum([1, 2]) / by


class FaultsTest(unittest.TestCase):
    def fault(self) -> BaseException:
        try:
            try:
                divide(0)
            except ZeroDivisionError as cause:
                raise ValueError("no ratio") from cause
        except ValueError as fault:
            return fault
        raise AssertionError("nothing was raised")

    def test_an_operator_reads_lines_causes_and_the_reason(self) -> None:
        text = report(self.fault())
        for part in ("return sum([1, 2]) / by", "ZeroDivisionError", "direct cause", "ValueError: no ratio"):
            self.assertIn(part, text)

    def test_no_part_of_a_line_is_underlined(self) -> None:
        # To find the part, Python parses the line, which traps in a component.
        self.assertNotIn("^", report(self.fault()))
