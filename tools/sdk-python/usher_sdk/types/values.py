"""Values whose type nobody names: what an author gives to be written."""

from __future__ import annotations

from typing import Any

from usher_sdk.errors import Mismatch
from usher_sdk.types.hints import codec_of


def plain(value: Any) -> Any:
    """A value of any type that has a schema, in what `json` can write. Lists and dictionaries may hold such values."""
    match value:
        case None | str() | bool() | int() | float() if type(value) in _PLAIN:
            return value
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            try:
                return codec_of(type(value), strict=False).write(value)
            except TypeError as error:
                raise Mismatch(str(error)) from None


_PLAIN = {type(None), str, bool, int, float}
