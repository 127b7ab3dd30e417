"""Reading items by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from usher_sdk import host
from usher_sdk.documents.json import from_json
from usher_sdk.documents.query import QueryContainer
from usher_sdk.types import load

T = TypeVar("T")


@dataclass(frozen=True)
class Document(Generic[T]):
    """An item as stored.

    Attributes:
        id: Unique in its partition of the container.
        etag: Changes with every write; for conditional writes.
        timestamp: When it was last written, in seconds since 1970.
        body: The JSON object as it was written, ``id`` included.
    """

    id: str
    etag: str
    timestamp: int
    body: T


class ReadContainer(QueryContainer):
    """A container, to read and to query."""

    @overload
    def read(self, id: str) -> Document[dict[str, Any]]: ...

    @overload
    def read(self, id: str, body: type[T]) -> Document[T]: ...

    def read(self, id: str, body: Any = dict[str, Any]) -> Document[Any]:
        """Reads an item.

        Args:
            body: The type of the item.

        Raises:
            NotFound: There is no such item.
            Invalid: It isn't of its type.
        """
        return _document(host.call(str(self.interface), "read", self.name, id), body)

    @overload
    def read_many(self, ids: Sequence[str]) -> list[Document[dict[str, Any]] | None]: ...

    @overload
    def read_many(self, ids: Sequence[str], body: type[T]) -> list[Document[T] | None]: ...

    def read_many(self, ids: Sequence[str], body: Any = dict[str, Any]) -> list[Document[Any] | None]:
        """Reads many at once: one answer for each id, in the same order, ``None`` where there is no such item. At most 100."""
        items = host.call(str(self.interface), "read_many", self.name, list(ids))
        return [None if item is None else _document(item, body) for item in items]


def _document(raw: Any, body: Any) -> Document[Any]:
    return Document(raw.id, raw.etag, raw.timestamp, from_json(load(raw.body), body))
