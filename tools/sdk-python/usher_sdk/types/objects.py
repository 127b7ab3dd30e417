"""Types with named fields: dataclasses, ``TypedDict``, and the parameters of a tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from usher_sdk.errors import Mismatch
from usher_sdk.types.codec import Codec, Schemas, kind
from usher_sdk.types.collections import UnionCodec


class Missing:
    """There is no default, or none that a schema could say."""


@dataclass
class Field:
    """A named part of an object.

    Attributes:
        codec: Its type.
        required: Whether it must be given.
        default: What it is if it isn't given, as JSON.
        always_written: Whether it is there in every object that is written.
    """

    name: str
    codec: Codec
    required: bool
    default: Any = Missing
    description: str = ""
    always_written: bool = True

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        """The schema of the property."""
        codec = self.codec
        if schemas.direction == "input" and not self.required and isinstance(codec, UnionCodec):
            codec = codec.without_null()
        schema = {"description": self.description} if self.description else {}
        schema.update(codec.schema(schemas))
        if self.description:
            # The field's own description goes before that of its type.
            schema["description"] = self.description
        if schemas.direction == "input" and self.default is not Missing and self.default is not None:
            schema["default"] = self.default
        return schema


class ObjectCodec(Codec):
    """An object with these fields and, where what is read comes from a client, no others.

    Attributes:
        make: Builds the value of the fields that are there.
        take: The fields of a value.
    """

    def __init__(
        self,
        name: str,
        description: str,
        *,
        make: Callable[[dict[str, Any]], Any],
        take: Callable[[Any], Mapping[str, Any]],
        strict: bool,
    ) -> None:
        self.name = name
        self.description = description
        self.make = make
        self.take = take
        self.strict = strict
        # Filled in later: a field's type may be this one.
        self.fields: Sequence[Field] = ()

    def schema(self, schemas: Schemas) -> dict[str, Any]:
        if self in schemas.open:
            schemas.recursive.add(self)
            return {"$ref": "#"} if self is schemas.root else {"$ref": f"#/$defs/{schemas.name(self, self.name)}"}
        if self in schemas.recursive and self is not schemas.root:
            name = schemas.name(self, self.name)
            if name not in schemas.definitions:
                schemas.definitions[name] = {}
                schemas.definitions[name] = self._described(schemas)
            return {"$ref": f"#/$defs/{name}"}
        return self._described(schemas)

    def _described(self, schemas: Schemas) -> dict[str, Any]:
        schemas.open.add(self)
        schema = self._schema(schemas)
        schemas.open.remove(self)
        return schema

    def _schema(self, schemas: Schemas) -> dict[str, Any]:
        schema: dict[str, Any] = {"description": self.description} if self.description else {}
        schema["type"] = "object"
        schema["properties"] = {field.name: field.schema(schemas) for field in self.fields}
        written = schemas.direction == "output"
        required = [field.name for field in self.fields if (field.always_written if written else field.required)]
        if required:
            schema["required"] = required
        if not written:
            schema["additionalProperties"] = False
        return schema

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise Mismatch(f"expected an object, not {kind(value)}")
        given: dict[str, Any] = {}
        for field in self.fields:
            if field.name in value:
                try:
                    given[field.name] = field.codec.read(value[field.name])
                except Mismatch as mismatch:
                    raise mismatch.under(field.name) from None
            elif field.required:
                raise Mismatch(f"`{field.name}` is missing")
        if self.strict and len(given) < len(value):
            unknown = next(name for name in value if name not in given)
            known = ", ".join(f"`{field.name}`" for field in self.fields) or "nothing"
            raise Mismatch(f"unknown; expected {known}", unknown)
        return self.make(given)

    def write(self, value: Any) -> dict[str, Any]:
        taken = self.take(value)
        written = {}
        for field in self.fields:
            if field.name in taken:
                try:
                    written[field.name] = field.codec.write(taken[field.name])
                except Mismatch as mismatch:
                    raise mismatch.under(field.name) from None
            elif field.always_written:
                raise Mismatch(f"`{field.name}` is missing")
        return written
