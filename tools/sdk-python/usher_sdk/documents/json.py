"""Between items and the author's types."""

from __future__ import annotations

from typing import Any

from usher_sdk.documents.errors import Invalid
from usher_sdk.errors import Mismatch
from usher_sdk.types import codec_of, dump, plain


def to_json(value: object) -> str:
    """An item, or a parameter of a query, as JSON."""
    try:
        return dump(plain(value))
    except Mismatch as mismatch:
        raise Invalid(f"this can't be written as JSON: {mismatch}") from None


def from_json(value: Any, of: Any) -> Any:
    """What is stored, as the author's type."""
    try:
        return codec_of(of, strict=False).read(value)
    except Mismatch as mismatch:
        raise Invalid(f"what is stored isn't what was expected: {mismatch}") from None
