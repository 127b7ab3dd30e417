"""What every codec is."""

from __future__ import annotations

import json
from typing import Any, Literal

from usher_sdk.errors import Mismatch

Direction = Literal["input", "output"]
"""Whether a schema describes what is read or what is written: a field with a default may be missing from the one only."""


class Schemas:
    """The schemas of one root while they are put together: the types that contain themselves are defined once.

    Attributes:
        root: What the whole is the schema of.
        recursive: The types that were found to contain themselves.
        definitions: Their schemas, by the names that they go by here.
        open: The types that are being described.
    """

    def __init__(self, direction: Direction, root: Codec, recursive: frozenset[Codec] = frozenset()) -> None:
        self.direction = direction
        self.root = root
        self.recursive = set(recursive)
        self.definitions: dict[str, dict[str, Any]] = {}
        self.open: set[Codec] = set()
        self._names: dict[Codec, str] = {}

    def name(self, codec: Codec, wanted: str) -> str:
        """What a type is called here: two classes of one name are two types."""
        known = self._names.get(codec)
        if known is None:
            taken = set(self._names.values())
            known = next(name for name in (wanted, *(f"{wanted}{n}" for n in range(2, 1000))) if name not in taken)
            self._names[codec] = known
        return known


class Codec:
    """A type, as JSON."""

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        """Its JSON Schema."""
        raise NotImplementedError

    def read(self, value: Any) -> Any:
        """The value of what was parsed from JSON. Raises `Mismatch` if it isn't one."""
        raise NotImplementedError

    def write(self, value: Any) -> Any:
        """What `json` can write. Raises `Mismatch` if the value isn't of the type."""
        raise NotImplementedError


def schema_of(codec: Codec, direction: Direction) -> dict[str, Any]:
    """The schema of a type, with its definitions."""
    first = Schemas(direction, codec)
    schema = codec.schema(first)
    if not first.recursive:
        return schema
    # Now it is known which types contain themselves.
    second = Schemas(direction, codec, frozenset(first.recursive))
    schema = codec.schema(second)
    return {**schema, "$defs": second.definitions} if second.definitions else schema


def load(text: str | bytes) -> Any:
    """Parses JSON."""
    return json.loads(text)


def dump(value: Any) -> str:
    """Writes JSON, as short as it gets. Raises `Mismatch` for what JSON doesn't know."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Mismatch(f"this can't be written as JSON: {error}") from None


def kind(value: Any) -> str:
    """What a JSON value is, in JSON's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return f"a {type(value).__name__}"
