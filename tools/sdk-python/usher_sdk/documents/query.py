"""Queries, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from usher_sdk import host
from usher_sdk.documents.json import from_json, to_json
from usher_sdk.requirements import Requirement
from usher_sdk.types import load

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a query's answer.

    Attributes:
        items: The rows.
        continuation: There may be more: give this to `Query.page` of the same query.
    """

    items: list[T]
    continuation: str | None


class QueryContainer(Requirement):
    """A container, to query."""

    def __init__(self, interface: str, name: str) -> None:
        super().__init__(interface, interface, name)
        self.name = name

    @overload
    def query(self, text: str, parameters: Mapping[str, object] = ...) -> Query[dict[str, Any]]: ...

    @overload
    def query(self, text: str, parameters: Mapping[str, object] = ..., *, row: type[T]) -> Query[T]: ...

    def query(self, text: str, parameters: Mapping[str, object] | None = None, *, row: Any = dict[str, Any]) -> Query[Any]:
        """A query in Cosmos DB's SQL, which is sent when it is read::

            for note in NOTES.query("SELECT * FROM c WHERE c.due <= @until", {"@until": today}, row=Note):

        Args:
            parameters: The values of the text's parameters; they belong here, never into the text.
            row: The type of a row.
        """
        values = {name: to_json(value) for name, value in (parameters or {}).items()}
        joined = ",".join(f"{to_json(name)}:{value}" for name, value in values.items())
        return Query(str(self.interface), self.name, text, "{" + joined + "}", row)


class Query(Generic[T]):
    """A query that is ready to be sent. It may be read more than once, and is sent again each time."""

    def __init__(self, interface: str, container: str, text: str, parameters: str, row: Any) -> None:
        self._interface = interface
        self._container = container
        self._text = text
        self._parameters = parameters
        self._row = row

    def page(self, max_items: int | None = None, continuation: str | None = None) -> Page[T]:
        """One page.

        Args:
            max_items: At most so many. ``None``: the operator's setting.
            continuation: Where a page of the same query ended; ``None`` is the start.

        Raises:
            Invalid: A row isn't of its type; and what the store says.
        """
        options = host.type_of("documents", "QueryOptions")(max_items, continuation)
        raw = host.call(self._interface, "query", self._container, self._text, self._parameters, options)
        return Page([from_json(row, self._row) for row in load(raw.items)], raw.continuation)

    def collect(self, limit: int, page_size: int | None = None) -> list[T]:
        """Page after page, until there are `limit` items or no more. Each page costs a call of the host."""
        items: list[T] = []
        continuation: str | None = None
        while len(items) < limit:
            missing = limit - len(items)
            page = self.page(missing if page_size is None else min(page_size, missing), continuation)
            items += page.items
            continuation = page.continuation
            if continuation is None:
                break
        return items[:limit]

    def first(self) -> T | None:
        """The first row, ``None`` if there is none."""
        return next(iter(self.collect(1)), None)

    def __iter__(self) -> Iterator[T]:
        """All rows, page after page as they are needed."""
        continuation: str | None = None
        while True:
            page = self.page(continuation=continuation)
            yield from page.items
            continuation = page.continuation
            if continuation is None:
                return
