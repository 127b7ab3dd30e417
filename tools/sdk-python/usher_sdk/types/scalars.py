"""Types that are one value: strings, numbers, dates, enums."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any
from uuid import UUID

from usher_sdk.bounds import Bound
from usher_sdk.errors import Mismatch
from usher_sdk.types.codec import Codec, Schemas, kind


class AnyCodec(Codec):
    """Whatever JSON can say."""

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {}

    def read(self, value: Any) -> Any:
        return value

    def write(self, value: Any) -> Any:
        return value


class NoneCodec(Codec):
    """``None``."""

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {"type": "null"}

    def read(self, value: Any) -> None:
        if value is not None:
            raise Mismatch(f"expected null, not {kind(value)}")

    write = read


class StringCodec(Codec):
    """``str``."""

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {"type": "string"}

    def read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Mismatch(f"expected a string, not {kind(value)}")
        return value

    write = read


class BooleanCodec(Codec):
    """``bool``."""

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {"type": "boolean"}

    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise Mismatch(f"expected a boolean, not {kind(value)}")
        return value

    write = read


class IntegerCodec(Codec):
    """``int``. JSON Schema says that ``3.0`` is an integer too."""

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {"type": "integer"}

    def read(self, value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        raise Mismatch(f"expected an integer, not {'a fraction' if isinstance(value, float) else kind(value)}")

    write = read


class NumberCodec(Codec):
    """``float``."""

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {"type": "number"}

    def read(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise Mismatch(f"expected a number, not {kind(value)}")
        if not math.isfinite(value):
            raise Mismatch("not a number that JSON can say")
        return float(value)

    write = read


class TextCodec(Codec):
    """A type that is a string of a certain form in JSON."""

    def __init__(
        self,
        python_type: type,
        keywords: dict[str, Any],
        parse: Callable[[str], Any],
        text: Callable[[Any], str] = str,
    ) -> None:
        self.python_type = python_type
        self.keywords = keywords
        self.parse = parse
        self.text = text

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {"type": "string", **self.keywords}

    def read(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise Mismatch(f"expected a string, not {kind(value)}")
        return self.parse(value)

    def write(self, value: Any) -> str:
        if not isinstance(value, self.python_type):
            raise Mismatch(f"expected {self.python_type.__name__}, not {kind(value)}")
        return self.text(value)


def _date(text: str) -> date:
    # `fromisoformat` knows more forms than RFC 3339 does.
    if len(text) == 10 and text[4] == text[7] == "-" and text.isascii():
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise Mismatch("not a day of the calendar")


def _datetime(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise Mismatch("not a date and time") from None
    if value.tzinfo is None:
        raise Mismatch("a date and time without its offset from UTC")
    return value


def _datetime_text(value: datetime) -> str:
    if value.tzinfo is None:
        raise Mismatch("a date and time without its offset from UTC: give it a tzinfo")
    return value.isoformat().replace("+00:00", "Z")


def _uuid(text: str) -> UUID:
    try:
        value = UUID(text)
    except ValueError:
        raise Mismatch("not a UUID") from None
    if str(value) != text.lower():
        # Braces and the like, which RFC 9562 doesn't write.
        raise Mismatch("not a UUID")
    return value


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Mismatch("not a decimal number") from None
    if not value.is_finite():
        raise Mismatch("not a decimal number")
    return value


SCALARS: dict[Any, Codec] = {
    Any: AnyCodec(),
    object: AnyCodec(),
    None: NoneCodec(),
    type(None): NoneCodec(),
    str: StringCodec(),
    bool: BooleanCodec(),
    int: IntegerCodec(),
    float: NumberCodec(),
    date: TextCodec(date, {"format": "date"}, _date, date.isoformat),
    datetime: TextCodec(datetime, {"format": "date-time"}, _datetime, _datetime_text),
    UUID: TextCodec(UUID, {"format": "uuid"}, _uuid),
    Decimal: TextCodec(Decimal, {"pattern": "^-?[0-9]+(\\.[0-9]+)?$"}, _decimal, lambda value: format(value, "f")),
}


class ChoiceCodec(Codec):
    """``Literal`` and enums: one of a few values. `choices` are the JSON values with what they are in Python."""

    def __init__(self, choices: Sequence[tuple[Any, Any]]) -> None:
        self.choices = list(choices)

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        values = [value for value, _ in self.choices]
        names = {str: "string", bool: "boolean", int: "integer"}
        kinds = {names.get(type(value)) for value in values}
        alike = kinds.pop() if len(kinds) == 1 else None
        return {"enum": values} if alike is None else {"type": alike, "enum": values}

    def read(self, value: Any) -> Any:
        for known, result in self.choices:
            # `True == 1` in Python, not in JSON.
            if known == value and isinstance(known, bool) == isinstance(value, bool):
                return result
        raise Mismatch(f"expected one of {', '.join(repr(known) for known, _ in self.choices)}")

    def write(self, value: Any) -> Any:
        for known, result in self.choices:
            if result is value or (not isinstance(result, Enum) and result == value):
                return known
        raise Mismatch(f"expected one of {', '.join(repr(known) for known, _ in self.choices)}")


class BoundedCodec(Codec):
    """A type with a bound."""

    def __init__(self, inner: Codec, bound: Bound) -> None:
        self.inner = inner
        self.bound = bound

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        schema = self.inner.schema(schemas)
        return {**schema, **self.bound.schema(str(schema.get("type", "any value")))}

    def read(self, value: Any) -> Any:
        result = self.inner.read(value)
        self.bound.check(result)
        return result

    def write(self, value: Any) -> Any:
        # What a tool gives is checked by the host, against the schema.
        return self.inner.write(value)
