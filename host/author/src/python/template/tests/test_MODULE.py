import unittest

from usher_sdk import InvalidArgument
from usher_sdk.testing import FakeHost, call, describe

from {{module}} import add_note, list_notes


class Notes(unittest.TestCase):
    def test_a_model_reads_what_a_note_is(self) -> None:
        self.assertEqual(
            describe(add_note)["inputSchema"]["properties"]["text"],
            {"description": "What to remember.", "type": "string", "minLength": 1, "maxLength": 1000},
        )

    def test_an_argument_that_does_not_exist_is_refused(self) -> None:
        with self.assertRaisesRegex(InvalidArgument, "^colour: "):
            call(add_note, {"text": "Milk", "colour": "red"})

    def test_what_was_added_is_listed(self) -> None:
        with FakeHost() as host:
            host.rows = lambda container, text, parameters: list(host.items[container].values())
            added = add_note("Milk")
            listed = call(list_notes, {})
        self.assertEqual(listed["structuredContent"], {"notes": [{"id": added.id, "text": "Milk"}]})


if __name__ == "__main__":
    unittest.main()
