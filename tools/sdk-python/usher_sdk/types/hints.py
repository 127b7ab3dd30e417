"""From type hints to codecs."""

from __future__ import annotations

import collections.abc
import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal, NotRequired, Required, Union, get_args, get_origin, is_typeddict

from usher_sdk import docstrings
from usher_sdk.bounds import Bound, Length, Pattern, Range
from usher_sdk.errors import Mismatch
from usher_sdk.types.codec import Codec
from usher_sdk.types.collections import ArrayCodec, DictionaryCodec, TupleCodec, UnionCodec
from usher_sdk.types.objects import Field, Missing, ObjectCodec
from usher_sdk.types.scalars import SCALARS, BoundedCodec, ChoiceCodec

_LISTS = {list, collections.abc.Sequence, collections.abc.Iterable, collections.abc.Collection}
_SETS = {set, frozenset, collections.abc.Set}
_DICTIONARIES = {dict, collections.abc.Mapping, collections.abc.MutableMapping}

_objects: dict[tuple[Any, bool], ObjectCodec] = {}


def codec_of(hint: Any, strict: bool) -> Codec:
    """The codec of a type.

    Args:
        strict: Whether an object with a field that its type doesn't name is refused. So it is with what a client sends; what is
            stored, or another service's answer, may hold more than the tool is interested in.

    Raises:
        TypeError: There is no JSON for this type.
    """
    if isinstance(hint, typing.TypeVar):
        raise TypeError(f"{hint} stands for any type: say which")
    if (scalar := _scalar(hint)) is not None:
        return scalar
    if hasattr(hint, "__supertype__"):
        return codec_of(hint.__supertype__, strict)
    if type(hint).__name__ == "TypeAliasType":
        return codec_of(hint.__value__, strict)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(arguments, strict)
    if origin is Literal:
        return ChoiceCodec([(value.value if isinstance(value, Enum) else value, value) for value in arguments])
    if origin in (Union, types.UnionType):
        choices = [codec_of(choice, strict) for choice in arguments if choice is not type(None)]
        return UnionCodec(choices, nullable=type(None) in arguments)
    if origin is not None:
        return _generic(hint, origin, arguments, strict)
    if isinstance(hint, type):
        return _class(hint, strict)
    raise TypeError(f"there is no JSON for {hint!r}")


def _scalar(hint: Any) -> Codec | None:
    try:
        return SCALARS.get(hint)
    except TypeError:
        # Something that can't be a key is no scalar.
        return None


def _annotated(arguments: tuple[Any, ...], strict: bool) -> Codec:
    codec = codec_of(arguments[0], strict)
    for extra in arguments[1:]:
        # Others may annotate for themselves.
        if isinstance(extra, (Length, Range, Pattern)):
            codec = _bounded(codec, extra)
    return codec


def _bounded(codec: Codec, bound: Bound) -> Codec:
    """`Annotated[str | None, Length(1)]` means the string."""
    if isinstance(codec, UnionCodec) and codec.nullable and len(codec.choices) == 1:
        return UnionCodec([BoundedCodec(codec.choices[0], bound)], nullable=True)
    return BoundedCodec(codec, bound)


def _generic(hint: Any, origin: Any, arguments: tuple[Any, ...], strict: bool) -> Codec:
    if origin in _LISTS:
        return ArrayCodec(codec_of(arguments[0], strict), list, unique=False)
    if origin in _SETS:
        return ArrayCodec(codec_of(arguments[0], strict), set if origin is set else frozenset, unique=True)
    if origin in _DICTIONARIES:
        if arguments[0] is not str:
            raise TypeError(f"{hint!r}: the keys of an object are strings")
        return DictionaryCodec(codec_of(arguments[1], strict))
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return ArrayCodec(codec_of(arguments[0], strict), tuple, unique=False)
        return TupleCodec([codec_of(argument, strict) for argument in arguments])
    if origin in (Required, NotRequired) or str(origin).endswith("ReadOnly"):
        return codec_of(arguments[0], strict)
    raise TypeError(f"there is no JSON for {hint!r}")


def _class(hint: type, strict: bool) -> Codec:
    if issubclass(hint, Enum):
        for member in hint:
            if not isinstance(member.value, (str, int)):
                raise TypeError(f"{hint.__name__}.{member.name}: the values of an enum are strings or integers")
        return ChoiceCodec([(member.value, member) for member in hint])
    if dataclasses.is_dataclass(hint):
        return _dataclass(hint, strict)
    if is_typeddict(hint):
        return _typed_dict(hint, strict)
    if hint in (list, dict, set, frozenset, tuple):
        what = "dict[str, int]" if hint is dict else f"{hint.__name__}[int]"
        raise TypeError(f"{hint.__name__} of what? Write {what}, say")
    raise TypeError(f"there is no JSON for {hint.__name__}: make it a dataclass")


def _dataclass(hint: type, strict: bool) -> ObjectCodec:
    known = _objects.get((hint, strict))
    if known is not None:
        return known
    # The docstring that the decorator writes is the signature.
    own = hint.__doc__ if hint.__doc__ and not hint.__doc__.startswith(f"{hint.__name__}(") else None
    description, described = docstrings.parse(own, "Attributes")

    def take(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, hint):
            raise Mismatch(f"expected {hint.__name__}, not {type(value).__name__}")
        return {field.name: getattr(value, field.name) for field in fields}

    def make(given: dict[str, Any]) -> Any:
        try:
            return hint(**given)
        except ValueError as error:
            # A `__post_init__` that checks.
            raise Mismatch(str(error)) from None

    codec = _objects[hint, strict] = ObjectCodec(hint.__name__, description, make=make, take=take, strict=strict)
    hints = typing.get_type_hints(hint, include_extras=True)
    fields = []
    for declared in dataclasses.fields(hint):
        if not declared.init:
            continue
        field_codec = _at(f"{hint.__name__}.{declared.name}", hints[declared.name], strict)
        default: Any = Missing
        if declared.default is not dataclasses.MISSING:
            default = field_codec.write(declared.default)
        required = default is Missing and declared.default_factory is dataclasses.MISSING
        fields.append(Field(declared.name, field_codec, required, default, described.pop(declared.name, "")))
    _refuse_unknown(hint.__name__, described, "field")
    codec.fields = fields
    return codec


def _typed_dict(hint: Any, strict: bool) -> ObjectCodec:
    known = _objects.get((hint, strict))
    if known is not None:
        return known
    description, described = docstrings.parse(hint.__doc__, "Attributes")

    def take(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise Mismatch(f"expected {hint.__name__}, not {type(value).__name__}")
        return value

    codec = _objects[hint, strict] = ObjectCodec(hint.__name__, description, make=dict, take=take, strict=strict)
    fields = []
    for name, of in typing.get_type_hints(hint, include_extras=True).items():
        required = name in hint.__required_keys__
        field_codec = _at(f"{hint.__name__}.{name}", of, strict)
        fields.append(
            Field(name, field_codec, required, description=described.pop(name, ""), always_written=required)
        )
    _refuse_unknown(hint.__name__, described, "field")
    codec.fields = fields
    return codec


def _at(place: str, hint: Any, strict: bool) -> Codec:
    try:
        return codec_of(hint, strict)
    except TypeError as error:
        raise TypeError(f"{place}: {error}") from None


def _refuse_unknown(where: str, described: Mapping[str, str], noun: str) -> None:
    if described:
        raise TypeError(f"{where}: the docstring describes `{next(iter(described))}`, and there is no such {noun}")
