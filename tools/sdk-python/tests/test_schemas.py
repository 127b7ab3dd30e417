import unittest
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, NotRequired, Optional, TypedDict
from uuid import UUID

from usher_sdk import Length, Pattern, Range
from usher_sdk.errors import Mismatch
from usher_sdk.types import codec_of, schema_of


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Search:
    """What to look for.

    Attributes:
        word: A word.
        colours: Where.
        limit: At most so many.
        colour: In which one.
        since: Since when.
    """

    word: Annotated[str, Length(1, 20)]
    colours: list[Colour]
    limit: Annotated[int, Range(1, 100)] = 50
    colour: Colour | None = None
    since: Optional[str] = None
    within: Optional["Search"] = None
    tags: set[str] = field(default_factory=set)


@dataclass
class Tree:
    children: list["Tree"]


class Row(TypedDict):
    """A row."""

    id: str
    note: NotRequired[str]


def of_input(hint: Any) -> dict[str, Any]:
    return schema_of(codec_of(hint, strict=True), "input")


def of_output(hint: Any) -> dict[str, Any]:
    return schema_of(codec_of(hint, strict=False), "output")


class Schemas(unittest.TestCase):
    def test_an_input_schema_says_all_that_the_type_says(self) -> None:
        schema = of_input(Search)
        properties = schema["properties"]
        self.assertEqual(schema["type"], "object")
        self.assertEqual(schema["description"], "What to look for.")
        self.assertIs(schema["additionalProperties"], False)
        self.assertEqual(schema["required"], ["word", "colours"])
        self.assertEqual(
            properties["word"], {"description": "A word.", "type": "string", "minLength": 1, "maxLength": 20}
        )
        self.assertEqual(
            properties["colours"],
            {"description": "Where.", "type": "array", "items": {"type": "string", "enum": ["red", "green"]}},
        )
        self.assertEqual(
            properties["limit"],
            {"description": "At most so many.", "type": "integer", "minimum": 1, "maximum": 100, "default": 50},
        )
        self.assertEqual(properties["tags"], {"type": "array", "items": {"type": "string"}, "uniqueItems": True})

    def test_an_optional_argument_is_of_one_type(self) -> None:
        properties = of_input(Search)["properties"]
        self.assertEqual(properties["since"], {"description": "Since when.", "type": "string"})
        self.assertEqual(
            properties["colour"], {"description": "In which one.", "type": "string", "enum": ["red", "green"]}
        )
        self.assertEqual(properties["within"], {"$ref": "#"})

    def test_what_a_tool_gives_always_has_all_its_fields(self) -> None:
        @dataclass
        class Note:
            id: str
            about: str | None = None

        schema = of_output(Note)
        self.assertEqual(schema["required"], ["id", "about"])
        self.assertEqual(schema["properties"]["about"], {"type": ["string", "null"]})
        self.assertNotIn("additionalProperties", schema)
        self.assertEqual(of_output(Row)["required"], ["id"])

    def test_types_that_contain_themselves_are_defined_once(self) -> None:
        self.assertEqual(of_output(Tree)["properties"]["children"]["items"], {"$ref": "#"})
        schema = of_output(dict[str, Tree])
        self.assertEqual(schema["additionalProperties"], {"$ref": "#/$defs/Tree"})
        self.assertEqual(schema["$defs"]["Tree"]["properties"]["children"]["items"], {"$ref": "#/$defs/Tree"})

    def test_two_types_of_one_name_stay_two(self) -> None:
        def made(kind: type) -> type:
            @dataclass
            class Node:
                value: kind  # type: ignore[valid-type]
                more: list["Node"]

            Node.__annotations__["more"] = list[Node]
            return Node

        schema = of_output(tuple[made(int), made(str)])  # type: ignore[misc]
        self.assertEqual(schema["prefixItems"], [{"$ref": "#/$defs/Node"}, {"$ref": "#/$defs/Node2"}])
        self.assertEqual(schema["$defs"]["Node2"]["properties"]["value"], {"type": "string"})

    def test_every_type_has_its_schema(self) -> None:
        for hint, schema in [
            (str, {"type": "string"}),
            (bool, {"type": "boolean"}),
            (float, {"type": "number"}),
            (datetime, {"type": "string", "format": "date-time"}),
            (UUID, {"type": "string", "format": "uuid"}),
            (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
            (Literal[1, "b"], {"enum": [1, "b"]}),
            (int | None, {"type": ["integer", "null"]}),
            (int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
            (Colour | None, {"anyOf": [{"type": "string", "enum": ["red", "green"]}, {"type": "null"}]}),
            (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
            (dict[str, Any], {"type": "object"}),
            (tuple[int, ...], {"type": "array", "items": {"type": "integer"}}),
            (
                tuple[int, str],
                {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2},
            ),
            (Annotated[str, Pattern("^a")], {"type": "string", "pattern": "^a"}),
            (Annotated[float, Range(above=0)], {"type": "number", "exclusiveMinimum": 0}),
            (Annotated[list[int], Length(1)], {"type": "array", "items": {"type": "integer"}, "minItems": 1}),
            (Annotated[str | None, Length(1)], {"type": ["string", "null"], "minLength": 1}),
            (Any, {}),
        ]:
            with self.subTest(hint):
                self.assertEqual(of_output(hint), schema)

    def test_a_type_without_json_is_refused_with_its_place(self) -> None:
        @dataclass
        class Odd:
            at: complex

        for hint, why in [
            (Odd, "Odd.at: there is no JSON for complex"),
            (list, "list of what"),
            (dict[int, str], "the keys of an object are strings"),
            (Annotated[int, Length(1)], "Length is for strings"),
        ]:
            with self.subTest(hint), self.assertRaisesRegex(TypeError, why):
                of_input(hint)

    def test_a_docstring_that_describes_what_isnt_there_is_refused(self) -> None:
        @dataclass
        class Note:
            """A note.

            Attributes:
                texd: What it says.
            """

            text: str

        with self.assertRaisesRegex(TypeError, "describes `texd`"):
            of_input(Note)


class Values(unittest.TestCase):
    def read(self, hint: Any, value: Any) -> Any:
        return codec_of(hint, strict=True).read(value)

    def write(self, hint: Any, value: Any) -> Any:
        return codec_of(hint, strict=False).write(value)

    def test_what_is_written_is_read_again(self) -> None:
        now = datetime(2026, 7, 28, 15, 0, tzinfo=timezone.utc)
        for hint, value, json in [
            (date, date(2026, 7, 28), "2026-07-28"),
            (datetime, now, "2026-07-28T15:00:00Z"),
            (UUID, UUID(int=1), "00000000-0000-0000-0000-000000000001"),
            (Decimal, Decimal("1.50"), "1.50"),
            (Colour, Colour.RED, "red"),
            (list[Colour], [Colour.RED, Colour.GREEN], ["red", "green"]),
            (tuple[int, str], (1, "a"), [1, "a"]),
            (dict[str, date], {"a": date(2026, 1, 1)}, {"a": "2026-01-01"}),
            (Tree, Tree([Tree([])]), {"children": [{"children": []}]}),
            (int | str, "a", "a"),
            (int | None, None, None),
        ]:
            with self.subTest(hint):
                self.assertEqual(self.write(hint, value), json)
                self.assertEqual(self.read(hint, json), value)

    def test_errors_name_the_path(self) -> None:
        for hint, value, error in [
            (Search, {"word": "", "colours": []}, "word: shorter than 1"),
            (Search, {"word": "a", "colours": ["red", "blue"]}, "colours[1]: expected one of 'red', 'green'"),
            (Search, {"word": "a", "colours": [], "limit": 0}, "limit: less than 1"),
            (Tree, {"children": [{"children": []}, {"children": 1}]}, "children[1].children: expected an array, not a number"),
            (Search, {"word": "a"}, "`colours` is missing"),
            (Tree, {"children": [], "x": 1}, "x: unknown; expected `children`"),
            (dict[str, int], {"a": "b"}, "a: expected an integer, not a string"),
            (date, "2026-02-30", "not a day of the calendar"),
            (date, "20260228", "not a day of the calendar"),
            (date, "2026-W01-1", "not a day of the calendar"),
            (datetime, "2026-02-28T00:00:00", "a date and time without its offset from UTC"),
            (UUID, "{00000000-0000-0000-0000-000000000001}", "not a UUID"),
            (int, True, "expected an integer, not a boolean"),
            (int, 1.5, "expected an integer, not a fraction"),
            (Literal[1], True, "expected one of 1"),
        ]:
            with self.subTest(error), self.assertRaises(Mismatch) as raised:
                self.read(hint, value)
            self.assertEqual(str(raised.exception), error)

    def test_a_default_is_pythons_own(self) -> None:
        self.assertEqual(self.read(Search, {"word": "a", "colours": []}), Search("a", []))

    def test_what_is_stored_may_hold_more_than_is_read(self) -> None:
        self.assertEqual(codec_of(Tree, strict=False).read({"children": [], "_ts": 1}), Tree([]))

    def test_a_class_that_checks_itself_has_its_error_reported(self) -> None:
        @dataclass
        class Percent:
            value: int

            def __post_init__(self) -> None:
                if self.value > 100:
                    raise ValueError("more than everything")

        with self.assertRaisesRegex(Mismatch, "more than everything"):
            self.read(Percent, {"value": 101})
