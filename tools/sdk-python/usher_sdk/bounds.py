"""Bounds of values, for ``Annotated``: they are part of the schema, and the host refuses a call that doesn't keep them."""

from __future__ import annotations

import re
from collections.abc import Sized
from dataclasses import dataclass
from typing import Any

from usher_sdk.errors import Mismatch


@dataclass(frozen=True)
class Length:
    """How long a string is, in characters, or how many elements a list, a set or a dictionary has."""

    minimum: int | None = None
    maximum: int | None = None

    def schema(self, kind: str) -> dict[str, Any]:
        """The keywords of JSON Schema for a value of this type."""
        noun = {"string": "Length", "array": "Items", "object": "Properties"}.get(kind)
        if noun is None:
            raise TypeError(f"Length is for strings, lists, sets and dictionaries, not for {kind}")
        bounds = {f"min{noun}": self.minimum, f"max{noun}": self.maximum}
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def check(self, value: Sized) -> None:
        """Raises what is wrong with a value."""
        if self.minimum is not None and len(value) < self.minimum:
            raise Mismatch(f"shorter than {self.minimum}")
        if self.maximum is not None and len(value) > self.maximum:
            raise Mismatch(f"longer than {self.maximum}")


@dataclass(frozen=True)
class Range:
    """Between which numbers a number is; `above` and `below` are bounds that it doesn't reach."""

    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None

    def schema(self, kind: str) -> dict[str, Any]:
        """The keywords of JSON Schema for a value of this type."""
        if kind not in ("integer", "number"):
            raise TypeError(f"Range is for numbers, not for {kind}")
        bounds = {
            "minimum": self.minimum,
            "maximum": self.maximum,
            "exclusiveMinimum": self.above,
            "exclusiveMaximum": self.below,
        }
        return {name: bound for name, bound in bounds.items() if bound is not None}

    def check(self, value: float) -> None:
        """Raises what is wrong with a value."""
        if self.minimum is not None and value < self.minimum:
            raise Mismatch(f"less than {self.minimum}")
        if self.maximum is not None and value > self.maximum:
            raise Mismatch(f"more than {self.maximum}")
        if self.above is not None and value <= self.above:
            raise Mismatch(f"not more than {self.above}")
        if self.below is not None and value >= self.below:
            raise Mismatch(f"not less than {self.below}")


@dataclass(frozen=True)
class Pattern:
    """A regular expression that is found in a string. Write ``^…$`` for one that is to fit the whole of it.

    Clients read it as ECMA-262 does, so keep to what both dialects know: no named groups, no ``\\A``.
    """

    expression: str

    def schema(self, kind: str) -> dict[str, Any]:
        """The keywords of JSON Schema for a value of this type."""
        if kind != "string":
            raise TypeError(f"Pattern is for strings, not for {kind}")
        return {"pattern": self.expression}

    def check(self, value: str) -> None:
        """Raises what is wrong with a value."""
        if re.search(self.expression, value) is None:
            raise Mismatch(f"doesn't fit {self.expression}")


Bound = Length | Range | Pattern
