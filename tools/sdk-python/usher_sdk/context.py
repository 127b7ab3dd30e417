"""What comes with a call besides its arguments, and asking the person in the middle of it. Most tools need neither.

A tool that needs an answer returns its questions and ends; nobody waits in it. When the answers are there, the host calls it
again, with the same arguments, and the tool finds the answers and its own state in the `Context`. MCP: ``InputRequiredResult``::

    @tool(destructive=True, open_world=False, requires=[NOTES, client("elicitation_form")])
    def forget_all(context: Context) -> str | Questions:
        '''Forgets every note, after asking.'''
        match context.answer("sure", Sure):
            case None:
                return Questions().form("sure", "Really all of them?", Sure)
            case Accepted(Sure(yes=True)):
                ...
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from usher_sdk import log
from usher_sdk.errors import Error, Mismatch
from usher_sdk.requirements import ClientCapability
from usher_sdk.types import codec_of, dump, load, plain, schema_of

T = TypeVar("T")


@dataclass(frozen=True)
class Accepted(Generic[T]):
    """The person agreed, with the values of the form; for a page there are none."""

    values: T


@dataclass(frozen=True)
class Declined:
    """The person said no."""


@dataclass(frozen=True)
class Cancelled:
    """The person went away without a choice."""


Answer = Accepted[T] | Declined | Cancelled


@dataclass(frozen=True)
class Context:
    """The context of a call: a tool gets it by a parameter of this type. Without arguments: the first round of a client that
    can't be asked for anything, for unit tests.

    Attributes:
        client: What this client can be asked for.
        answers: The answers so far, by their keys: an `Answer`, or the parsed JSON of what else was asked for.
        state_json: The state that this tool gave with its questions; read it with `state`.
        meta: The request's ``_meta``, without the keys that MCP reserves.
    """

    client: frozenset[ClientCapability] = frozenset()
    answers: dict[str, Any] = field(default_factory=dict)
    state_json: str | None = None
    meta: dict[str, Any] | None = None

    def answer(self, key: str, values: type[T]) -> Answer[T] | None:
        """What the person did with the form or the page that was asked for under `key`; ``None`` if that wasn't asked yet.

        Args:
            values: The type of the form's values. For a page, ``object``.
        """
        match self.answers.get(key):
            case Accepted(values=given):
                return Accepted(_read(given, values))
            case Declined() | Cancelled() as answer:
                return answer
            case _:
                return None

    def state(self, of: type[T]) -> T | None:
        """The state that this tool gave with its questions; ``None`` in the first round. The host vouches for it."""
        return None if self.state_json is None else _read(load(self.state_json), of)


def _read(value: Any, of: type[T]) -> T:
    try:
        result: T = codec_of(of, strict=False).read(value)
    except Mismatch as mismatch:
        # Only an older revision of the tool can be the cause.
        log.error(f"an answer or a state isn't what the tool expects: {mismatch}")
        raise Error("The answer to the question can't be used. Start again.") from None
    return result


@dataclass(frozen=True)
class Form:
    """The person fills in a form. The schema is flat: strings, numbers, booleans, enums."""

    message: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class VisitPage:
    """The person visits a page: a payment, a consent."""

    message: str
    url: str


@dataclass
class Questions:
    """What to ask, each under a key of the tool's choosing. Ask only what `Context.client` says that the client can do, or
    require it: ``requires=[client("elicitation_form")]``."""

    requests: dict[str, Form | VisitPage] = field(default_factory=dict, init=False)
    state_json: str | None = field(default=None, init=False)

    def form(self, key: str, message: str, values: type) -> Questions:
        """Has the person fill in a form: a dataclass of strings, numbers, booleans and enums. Never for passwords."""
        self.requests[key] = Form(message, schema_of(codec_of(values, strict=True), "input"))
        return self

    def page(self, key: str, message: str, url: str) -> Questions:
        """Has the person visit a page. The URL is ``https:`` and holds no secrets."""
        self.requests[key] = VisitPage(message, url)
        return self

    def state(self, value: object) -> Questions:
        """What the next round needs to know. The client holds it, sealed and encrypted, so keep it small."""
        self.state_json = dump(plain(value))
        return self
