import contextlib
import io
import unittest
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from unittest import mock

from usher_sdk import (
    Accepted,
    ContentAnnotations,
    Context,
    Declined,
    Error,
    InvalidArgument,
    Length,
    Questions,
    ToolResult,
    client,
    graph,
    graph_write,
    http,
    my_documents,
    tool,
)
from usher_sdk import tools as registry
from usher_sdk.docstrings import parse
from usher_sdk.testing import call, describe


class EachWithItsOwnTools(unittest.TestCase):
    def setUp(self) -> None:
        patch = mock.patch.dict(registry._tools, clear=True)
        patch.start()
        self.addCleanup(patch.stop)


@dataclass
class Sum:
    """
    Attributes:
        total: All of it.
    """

    total: float


@dataclass
class Sure:
    yes: bool


class Descriptions(EachWithItsOwnTools):
    """What a client is told of tools."""

    def test_a_function_says_all_that_the_client_is_told(self) -> None:
        @tool(title="Add note", destructive=False, requires=[my_documents.container("notes")])
        def add(text: Annotated[str, Length(1, 5)], due: date, about: str | None = None, *, context: Context) -> Sum:
            """Adds a note.

            It is kept.

            Args:
                text: What to remember, which may
                    take two lines.
                about (str): What about.
            """
            return Sum(0)

        described = describe(add)
        self.assertEqual(described["name"], "add")
        self.assertEqual(described["description"], "Adds a note.\n\nIt is kept.")
        self.assertEqual(described["annotations"], {"destructiveHint": False})
        schema = described["inputSchema"]
        self.assertEqual(list(schema["properties"]), ["text", "due", "about"])
        self.assertEqual(schema["properties"]["text"]["description"], "What to remember, which may take two lines.")
        self.assertEqual(schema["required"], ["text", "due"])
        self.assertIs(schema["additionalProperties"], False)
        self.assertEqual(described["outputSchema"]["properties"]["total"], {"description": "All of it.", "type": "number"})

    def test_a_tool_without_arguments_takes_none(self) -> None:
        @tool()
        def nothing() -> None:
            """Does nothing."""

        self.assertEqual(describe(nothing)["inputSchema"], {"type": "object", "properties": {}, "additionalProperties": False})
        self.assertEqual(call(nothing, {}), {"content": []})
        self.assertNotIn("outputSchema", describe(nothing))

    def test_what_is_no_tool_is_refused(self) -> None:
        def silent() -> str:
            return ""

        async def later() -> str:
            """Later."""
            return ""

        for function, why in [(silent, "says what it does"), (later, "plain function")]:
            with self.subTest(why), self.assertRaisesRegex(TypeError, why):
                tool()(function)
        with self.assertRaisesRegex(TypeError, "isn't a container"):
            tool(requires=["notes"])(Descriptions)  # type: ignore[list-item]
        with self.assertRaisesRegex(TypeError, "name is at most"):
            tool(name="add note")(Descriptions)

    def test_what_a_signature_lacks_is_said(self) -> None:
        def untyped(a) -> str:  # type: ignore[no-untyped-def]
            """Says."""
            return ""

        def no_result(a: int):  # type: ignore[no-untyped-def]
            """Says."""

        def several(*a: int) -> str:
            """Says."""
            return ""

        def described(a: int) -> str:
            """Says.

            Args:
                b: What?
            """
            return ""

        def wrong(a: int = "x") -> str:  # type: ignore[assignment]
            """Says."""
            return ""

        wrongs: list[tuple[Any, str]] = [
            (untyped, r"untyped\(a\): say of what type"),
            (no_result, "say what the tool returns"),
            (several, "come by name"),
            (described, "describes `b`"),
            (wrong, "default isn't of its type"),
        ]
        for function, why in wrongs:
            with self.subTest(why), self.assertRaisesRegex(TypeError, why):
                describe(tool()(function))

    def test_two_tools_of_one_name_are_refused(self) -> None:
        @tool(name="add")
        def one() -> None:
            """One."""

        with self.assertRaisesRegex(TypeError, "one name: add"):

            @tool(name="add")
            def other() -> None:
                """Other."""

    def test_a_requirement_that_is_misspelt_is_refused(self) -> None:
        for make, text in [
            (graph.template, "me"),
            (graph.template, "/me?$select=id"),
            (graph_write.template, "/me/sendMail"),
            (graph_write.template, "GET /me"),
            (http.origin, "api.contoso.example"),
            (http.origin, "https://api.contoso.example/"),
            (http.origin, "https://user@api.contoso.example"),
            (client, "elicitation"),
        ]:
            with self.subTest(text), self.assertRaises(ValueError):
                make(text)  # type: ignore[operator]
        with self.assertRaises(ValueError):
            client()

    def test_a_docstring_ends_where_its_sections_begin(self) -> None:
        text, described = parse("Does it\nat once.\n\n- one\n- two\n\nReturns:\n    Nothing.\n\nArgs:\n    a: b: c", "Args")
        self.assertEqual(text, "Does it at once.\n\n- one\n- two")
        self.assertEqual(described, {"a": "b: c"})


class Calls(EachWithItsOwnTools):
    def test_a_tool_stays_the_function_that_it_is(self) -> None:
        @tool()
        def double(number: int) -> str:
            """Doubles."""
            return str(2 * number)

        self.assertEqual(double(2), "4")
        self.assertEqual(call(double, {"number": 2}), {"content": [{"type": "text", "text": "4"}]})

    def test_errors_name_the_argument(self) -> None:
        @tool()
        def when(due: date) -> None:
            """Says when."""

        for arguments, error in [
            ({"due": "2026-02-30"}, "due: not a day of the calendar"),
            ({"due": "2026-02-28", "user_id": "x"}, "user_id: unknown; expected `due`"),
            ({}, "`due` is missing"),
        ]:
            with self.subTest(error), self.assertRaises(InvalidArgument) as raised:
                call(when, arguments)
            self.assertEqual(raised.exception.text, error)

    def test_a_result_is_what_the_function_says(self) -> None:
        @tool()
        def add(wrong: bool = False) -> Sum:
            """Adds."""
            return "three" if wrong else Sum(3)  # type: ignore[return-value]

        self.assertEqual(call(add, {}), {"content": [], "structuredContent": {"total": 3.0}})
        with contextlib.redirect_stderr(io.StringIO()) as said, self.assertRaisesRegex(Error, "made a mistake"):
            call(add, {"wrong": True})
        self.assertIn("expected Sum, not str", said.getvalue())

    def test_a_tool_result_may_have_any_content(self) -> None:
        @tool()
        def chart() -> ToolResult[Sum]:
            """Draws."""
            return (
                ToolResult(Sum(2.5), meta={"a": 1})
                .text("2.50 in all", ContentAnnotations(["user"], 0.5))
                .image(b"png", "image/png")
                .audio(b"ogg", "audio/ogg")
                .resource_link("notes://1", "A note")
                .embedded_resource("notes://1", "text/plain", "Milk")
                .embedded_resource("notes://2", "image/png", b"png")
            )

        result = call(chart, {})
        self.assertEqual(result["structuredContent"], {"total": 2.5})
        self.assertEqual(result["_meta"], {"a": 1})
        self.assertEqual(result["content"][0]["annotations"], {"audience": ["user"], "priority": 0.5})
        kinds = [block["type"] for block in result["content"]]
        self.assertEqual(kinds, ["text", "image", "audio", "resource_link", "resource", "resource"])
        self.assertEqual(result["content"][5]["resource"]["blob"], "cG5n")
        self.assertIn("total", describe(chart)["outputSchema"]["properties"])

    def test_a_tool_may_ask_first(self) -> None:
        @tool(requires=[client("elicitation_form")])
        def forget(context: Context) -> str | Questions:
            """Forgets."""
            match context.answer("sure", Sure):
                case None:
                    return Questions().form("sure", "Really?", Sure).state({"round": 1})
                case Accepted(Sure(yes=True)):
                    return f"Forgotten, after {context.state(dict[str, int])}."
                case _:
                    return "Kept."

        asked = call(forget, {})
        self.assertEqual(asked["inputRequests"]["sure"]["params"]["requestedSchema"]["required"], ["yes"])
        self.assertNotIn("outputSchema", describe(forget))
        said = call(forget, {}, Context(answers={"sure": Accepted({"yes": True})}, state_json=asked["requestState"]))
        self.assertEqual(said["content"][0]["text"], "Forgotten, after {'round': 1}.")
        said = call(forget, {}, Context(answers={"sure": Declined()}))
        self.assertEqual(said["content"][0]["text"], "Kept.")
