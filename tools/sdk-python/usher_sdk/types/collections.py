"""Types that are made of others: lists, sets, tuples, dictionaries, unions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from usher_sdk.errors import Mismatch
from usher_sdk.types.codec import Codec, Schemas, kind


class ArrayCodec(Codec):
    """A list, a set, a tuple of any length. `make` builds it of a list."""

    def __init__(self, items: Codec, make: Callable[[list[Any]], Collection[Any]], unique: bool) -> None:
        self.items = items
        self.make = make
        self.unique = unique

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "array", "items": self.items.schema(schemas)}
        if self.unique:
            schema["uniqueItems"] = True
        return schema

    def read(self, value: Any) -> Any:
        if not isinstance(value, list):
            raise Mismatch(f"expected an array, not {kind(value)}")
        return self.make(_each(self.items.read, value))

    def write(self, value: Any) -> list[Any]:
        if isinstance(value, (str, bytes, dict)) or not isinstance(value, Iterable):
            raise Mismatch(f"expected several values, not {kind(value)}")
        return _each(self.items.write, value)


class TupleCodec(Codec):
    """A tuple whose places have types of their own."""

    def __init__(self, places: Sequence[Codec]) -> None:
        self.places = list(places)

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        return {
            "type": "array",
            "prefixItems": [place.schema(schemas) for place in self.places],
            "items": False,
            "minItems": len(self.places),
        }

    def read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Mismatch(f"expected an array, not {kind(value)}")
        self._check_length(value)
        return tuple(_each_of(self.places, value, lambda codec, item: codec.read(item)))

    def write(self, value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise Mismatch(f"expected a tuple, not {kind(value)}")
        self._check_length(value)
        return _each_of(self.places, value, lambda codec, item: codec.write(item))

    def _check_length(self, value: Sequence[Any]) -> None:
        if len(value) != len(self.places):
            raise Mismatch(f"expected {len(self.places)} values, not {len(value)}")


class DictionaryCodec(Codec):
    """A dictionary: any keys, values of one type."""

    def __init__(self, values: Codec) -> None:
        self.values = values

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        values = self.values.schema(schemas)
        return {"type": "object", "additionalProperties": values} if values else {"type": "object"}

    def read(self, value: Any) -> dict[str, Any]:
        return self._map(value, self.values.read)

    def write(self, value: Any) -> dict[str, Any]:
        return self._map(value, self.values.write)

    def _map(self, value: Any, convert: Callable[[Any], Any]) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Mismatch(f"expected an object, not {kind(value)}")
        result = {}
        for key, item in value.items():
            try:
                if not isinstance(key, str):
                    raise Mismatch(f"a key is a string, not {kind(key)}")
                result[key] = convert(item)
            except Mismatch as mismatch:
                raise mismatch.under(str(key)) from None
        return result


class UnionCodec(Codec):
    """One of several types: the first that a value fits."""

    def __init__(self, choices: Sequence[Codec], nullable: bool) -> None:
        self.choices = list(choices)
        self.nullable = nullable

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        choices = [choice.schema(schemas) for choice in self.choices]
        if self.nullable:
            only = choices[0]
            if len(choices) == 1 and isinstance(only.get("type"), str) and not {"enum", "const"} & only.keys():
                return {**only, "type": [only["type"], "null"]}
            choices.append({"type": "null"})
        return choices[0] if len(choices) == 1 else {"anyOf": choices}

    def without_null(self) -> Codec:
        """The same for what may be left out and is something if it is there."""
        return self.choices[0] if len(self.choices) == 1 else UnionCodec(self.choices, nullable=False)

    def read(self, value: Any) -> Any:
        return self._first(value, lambda codec: codec.read(value))

    def write(self, value: Any) -> Any:
        return self._first(value, lambda codec: codec.write(value))

    def _first(self, value: Any, convert: Callable[[Codec], Any]) -> Any:
        if value is None and self.nullable:
            return None
        mismatches = []
        for choice in self.choices:
            try:
                return convert(choice)
            except Mismatch as mismatch:
                mismatches.append(mismatch)
        # The choice that a value fits furthest says best what is wrong with it.
        raise max(mismatches, key=lambda mismatch: len(mismatch.path))


def _each(convert: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    result = []
    for value in values:
        try:
            result.append(convert(value))
        except Mismatch as mismatch:
            raise mismatch.under(len(result)) from None
    return result


def _each_of(codecs: list[Codec], values: Sequence[Any], convert: Callable[[Codec, Any], Any]) -> list[Any]:
    result = []
    for codec, value in zip(codecs, values, strict=True):
        try:
            result.append(convert(codec, value))
        except Mismatch as mismatch:
            raise mismatch.under(len(result)) from None
    return result
