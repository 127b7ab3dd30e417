"""Write a tool as a function.

What comes in is a call's JSON, what goes out is its result, and what the author writes is what happens between::

    from dataclasses import dataclass
    from typing import Annotated

    from usher_sdk import Length, my_documents_write, tool

    NOTES = my_documents_write.container("notes")

    @dataclass
    class Stored:
        '''
        Attributes:
            id: The note's id.
        '''
        id: str

    @tool(title="Add note", destructive=False, open_world=False, requires=[NOTES])
    def add_note(text: Annotated[str, Length(1, 500)]) -> Stored:
        '''Remembers a note of the person who is signed in.

        Args:
            text: What to remember.
        '''
        return Stored(NOTES.create({"text": text}).id)

Arguments
    The parameters and their type hints are the tool's input schema: ``str``, ``int``, ``float``, ``bool``, ``date``,
    ``datetime``, ``UUID``, ``Decimal``, enums, ``Literal``, lists, sets, tuples, dictionaries, dataclasses, ``TypedDict``,
    unions, and whatever these are made of. `Length`, `Range` and `Pattern` in an ``Annotated`` are bounds. A parameter with a
    default may be left out. The docstring is the tool's description, for the model; its ``Args:`` describe the parameters, as
    a dataclass's ``Attributes:`` describe its fields. Nothing is taken that the schema doesn't name. The host checks every
    call against the schema before the tool runs.

Results
    A dataclass, or any other type that an argument may have, is structured content, and its schema is the tool's output schema.
    A ``str`` is text for the model, ``None`` nothing, and a `ToolResult` any content. A tool that has to ask the person first
    returns `Questions`.

Errors
    An `Error` is an answer: its text reaches the model and the person. A capability's error that isn't caught becomes such an
    answer. Any other exception is a fault: its traceback goes to the operator's log, and the client learns only that the tool
    failed.

Capabilities
    One module for each import of the contract: `my_documents`, `my_documents_write`, `all_documents`, `shared_documents`,
    `shared_documents_write`, `graph`, `graph_write`, `http`, `identity`, `config`, `log`, `progress`, `notifications`.
    ``usher build`` reads off the source which of them are imported, and the component can do that and nothing else; so import
    them plainly, by their names. `log` is always among them, for faults.

Tests
    A tool stays an ordinary function: call it. `usher_sdk.testing` has a stand-in for the host, and calls a tool as a client
    does.

In a component
    The modules of a component are imported when it is built; a call starts from that state, in an instance of its own. So
    everything is imported at the top of a module, and what is computed there is computed once. There are no files, no
    environment and no sockets. Time and randomness come from the host, see `usher_sdk.interpreter`.
"""

from usher_sdk.bounds import Length, Pattern, Range
from usher_sdk.context import Accepted, Answer, Cancelled, Context, Declined, Questions
from usher_sdk.errors import Error, InvalidArgument, NotFound, SignInRequired
from usher_sdk.requirements import Requirement, client
from usher_sdk.results import ContentAnnotations, ToolResult
from usher_sdk.tools import tool

__all__ = [
    "Accepted",
    "Answer",
    "Cancelled",
    "ContentAnnotations",
    "Context",
    "Declined",
    "Error",
    "InvalidArgument",
    "Length",
    "NotFound",
    "Pattern",
    "Questions",
    "Range",
    "Requirement",
    "SignInRequired",
    "ToolResult",
    "client",
    "tool",
]
