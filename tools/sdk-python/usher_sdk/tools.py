"""Makes a function a tool."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin

from usher_sdk import docstrings, log
from usher_sdk.context import Context, Questions
from usher_sdk.errors import MISTAKE, CapabilityError, Error, InvalidArgument, Mismatch
from usher_sdk.requirements import Requirement
from usher_sdk.results import ToolResult
from usher_sdk.types import Codec, Field, ObjectCodec, codec_of, dump, load, schema_of

F = TypeVar("F", bound=Callable[..., Any])

_NAME_LENGTH = 64
_NAME_MARKS = "_-."


@dataclass(frozen=True)
class Annotations:
    """Hints for the client; ``None`` is MCP's default."""

    read_only: bool | None
    destructive: bool | None
    idempotent: bool | None
    open_world: bool | None


class Tool:
    """A tool: what `tool` makes of a function. It is worked out when it is first asked for, at the latest when the component is
    built: a function may name types that are defined after it.

    Attributes:
        function: The function itself.
        description: For the model.
        requires: What it needs, and therefore the most that it gets.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        name: str | None,
        title: str | None,
        annotations: Annotations,
        requires: Sequence[Requirement],
        long_running: bool,
        icon: str | None,
    ) -> None:
        self.function = function
        self.name = name or function.__name__
        self.title = title
        self.annotations = annotations
        self.requires = tuple(requires)
        self.long_running = long_running
        self.icon = icon
        self.description, self._described = docstrings.parse(function.__doc__, "Args")
        if not self.description:
            raise TypeError(f"{self.name}: a tool says what it does: give the function a docstring")
        if len(self.name) > _NAME_LENGTH or not all(c.isascii() and (c.isalnum() or c in _NAME_MARKS) for c in self.name):
            raise TypeError(f"{self.name}: a tool's name is at most 64 characters of A-Z a-z 0-9 _ - .")
        for requirement in self.requires:
            if not isinstance(requirement, Requirement):
                raise TypeError(f"{self.name}: {requirement!r} in `requires` isn't a container, a template, an origin or a client")
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{self.name}: a tool is a plain function; what is to go side by side, send with `get_all` or `send_all`")
        self._signature: _Signature | None = None

    @property
    def _worked_out(self) -> _Signature:
        if self._signature is None:
            self._signature = _Signature(self.name, self.function, self._described)
        return self._signature

    def input_schema(self) -> dict[str, Any]:
        """The schema of the arguments."""
        return schema_of(self._worked_out.arguments, "input")

    def output_schema(self) -> dict[str, Any] | None:
        """The schema of the structured content, ``None`` without."""
        result = self._worked_out.result
        return None if result is None else schema_of(result, "output")

    def call(self, arguments: str, context: Context) -> ToolResult[str | None] | Questions:
        """Reads the arguments, runs the function, and gives its result, the structured content as JSON.

        Raises:
            Error: The tool's own, a capability's, or what is wrong with the arguments.
            Exception: Whatever else it raises: a fault.
        """
        signature = self._worked_out
        try:
            given = signature.arguments.read(load(arguments))
        except Mismatch as mismatch:
            raise InvalidArgument(mismatch.path, mismatch.why) from None
        if signature.context is not None:
            given[signature.context] = context
        try:
            answer = self.function(**given)
        except CapabilityError as error:
            raise error.answer() from error
        return answer if isinstance(answer, Questions) else self._result(answer)

    def _result(self, answer: Any) -> ToolResult[str | None]:
        whole = answer if isinstance(answer, ToolResult) else None
        codec = self._worked_out.result
        if codec is None:
            if whole is not None:
                return ToolResult[str | None](None, whole.meta)._with(whole.blocks)
            result = ToolResult[str | None](None)
            return result if answer is None else result.text(str(answer))
        try:
            structured = dump(codec.write(answer if whole is None else whole.structured))
        except Mismatch as mismatch:
            log.error(f"{self.name}: the result isn't what the function says that it returns: {mismatch}")
            raise Error(MISTAKE) from None
        if whole is None:
            return ToolResult[str | None](structured)
        return ToolResult[str | None](structured, whole.meta)._with(whole.blocks)


class _Signature:
    """A function's hints, worked out.

    Attributes:
        arguments: All parameters but the context, by name.
        result: The structured content, ``None`` for a tool that has none.
        context: The parameter that takes the `Context`.
    """

    def __init__(self, name: str, function: Callable[..., Any], described: dict[str, str]) -> None:
        hints = typing.get_type_hints(function, include_extras=True)
        if "return" not in hints:
            raise TypeError(f"{name}: say what the tool returns: `-> str`, a dataclass, or None")
        described = dict(described)
        self.context: str | None = None
        fields = []
        for parameter in inspect.signature(function).parameters.values():
            where = f"{name}({parameter.name})"
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                raise TypeError(f"{where}: arguments come by name")
            if parameter.name not in hints:
                raise TypeError(f"{where}: say of what type it is")
            hint = hints[parameter.name]
            if hint is Context:
                self.context = parameter.name
                described.pop(parameter.name, None)
                continue
            fields.append(_field(where, parameter, hint, described.pop(parameter.name, "")))
        if described:
            raise TypeError(f"{name}: the docstring describes `{next(iter(described))}`, and there is no such parameter")
        self.arguments = ObjectCodec("Arguments", "", make=dict, take=dict, strict=True)
        self.arguments.fields = fields
        try:
            self.result = _structured(hints["return"])
        except TypeError as error:
            raise TypeError(f"{name} -> {error}") from None


def _field(where: str, parameter: inspect.Parameter, hint: Any, description: str) -> Field:
    try:
        codec = codec_of(hint, strict=True)
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None
    if parameter.default is parameter.empty:
        return Field(parameter.name, codec, required=True, description=description)
    try:
        default = codec.write(parameter.default)
    except Mismatch as mismatch:
        raise TypeError(f"{where}: the default isn't of its type: {mismatch}") from None
    return Field(parameter.name, codec, False, default, description)


def _structured(hint: Any) -> Codec | None:
    """The structured content of what a function returns. Questions are no part of it."""
    choices = [hint]
    if get_origin(hint) is typing.Union or type(hint).__name__ == "UnionType":
        choices = [choice for choice in get_args(hint) if choice is not Questions]
    if not choices or choices == [Questions] or choices in ([str], [type(None)]):
        return None
    if len(choices) > 1:
        return codec_of(typing.Union[tuple(choices)], strict=False)  # noqa: UP007 (put together at run time)
    only = choices[0]
    if only is ToolResult:
        raise TypeError("ToolResult of what? Write ToolResult[None] for one without structured content")
    if get_origin(only) is ToolResult:
        of = get_args(only)[0]
        return None if of in (None, type(None)) else codec_of(of, strict=False)
    return codec_of(only, strict=False)


_tools: dict[str, Tool] = {}


def tool(
    *,
    title: str | None = None,
    name: str | None = None,
    read_only: bool | None = None,
    destructive: bool | None = None,
    idempotent: bool | None = None,
    open_world: bool | None = None,
    long_running: bool = False,
    icon: str | None = None,
    requires: Sequence[Requirement] = (),
) -> Callable[[F], F]:
    """Makes a function a tool. It stays the function that it is.

    Its docstring is the tool's description, for the model. Tools are shown in the order in which they are defined.

    Args:
        title: A name for people.
        name: The tool's name, if it isn't to be the function's. Unique in the component.
        read_only: It changes nothing. MCP's default: ``False``.
        destructive: It may destroy or overwrite. MCP's default: ``True``.
        idempotent: Twice the same call does no more than once. MCP's default: ``False``.
        open_world: It deals with a world that isn't closed, such as the web. MCP's default: ``True``.
        long_running: It may take minutes.
        icon: An ``https:`` URL or a ``data:`` URI.
        requires: What it needs, and therefore the most that it gets: containers, and what `usher_sdk.requirements` lists.

    Raises:
        TypeError: The function can't be a tool, and why.
    """
    annotations = Annotations(read_only, destructive, idempotent, open_world)

    def decorate(function: F) -> F:
        made = Tool(function, name, title, annotations, requires, long_running, icon)
        known = _tools.get(made.name)
        # A module that is loaded anew defines its tools anew.
        if known is not None and known.function.__qualname__ != function.__qualname__:
            raise TypeError(f"two tools of this component have one name: {made.name}")
        _tools[made.name] = made
        function.__usher_tool__ = made  # type: ignore[attr-defined]
        return function

    return decorate


def tool_of(function: Callable[..., Any]) -> Tool:
    """The tool that a function was made."""
    made = getattr(function, "__usher_tool__", None)
    if not isinstance(made, Tool):
        raise TypeError(f"{function!r} isn't a tool: put `@tool(…)` on it")
    return made


def all_tools() -> list[Tool]:
    """The tools of the modules that were imported, in the order in which they were defined."""
    return list(_tools.values())
