"""Writing items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from usher_sdk import host
from usher_sdk.documents.errors import Error, TransactionError
from usher_sdk.documents.json import to_json
from usher_sdk.requirements import Requirement


@dataclass(frozen=True)
class Written:
    """What a write leaves behind."""

    id: str
    etag: str


class WriteContainer(Requirement):
    """A container, to write. Nothing here reads.

    A body is a JSON object: a dictionary, a dataclass or a ``TypedDict``. A property ``ttl`` (seconds) lets it expire.
    """

    def __init__(self, interface: str, name: str) -> None:
        super().__init__(interface, interface, name)
        self.name = name

    def create(self, body: object) -> Written:
        """Stores a new item, which gets a fresh ``id`` if it has none.

        Raises:
            Conflict: There is an item with its ``id``.
        """
        return _written(self._call("create", to_json(body)))

    def upsert(self, body: object) -> Written:
        """Stores an item, new or not, over whatever was there."""
        return _written(self._call("upsert", to_json(body)))

    def replace(self, body: object, if_match: str | None = None) -> Written:
        """Replaces the item that has the ``id`` of the body, with `if_match` only if it still has this etag.

        Raises:
            NotFound: There is none.
            PreconditionFailed: It has another etag.
        """
        return _written(self._call("replace", to_json(body), if_match))

    def patch(self, id: str, patch: Patch) -> Written:
        """Changes parts of an item, all or none of them.

        Raises:
            NotFound: There is none.
            PreconditionFailed: A condition of the patch doesn't hold.
        """
        make = host.type_of
        operations = [
            make("documents", f"PatchOperation_{case}")(
                make("documents", record)(*values) if record is not None else values[0]
            )
            for case, record, values in patch.operations
        ]
        options = make("documents", "PatchOptions")(patch.if_match, patch.condition)
        return _written(self._call("patch", id, operations, options))

    def delete(self, id: str, if_match: str | None = None) -> None:
        """Deletes an item, with `if_match` only if it still has this etag.

        Raises:
            NotFound: There is none.
            PreconditionFailed: It has another etag.
        """
        self._call("delete", id, if_match)

    def transact(self, transaction: Transaction) -> list[Written | None]:
        """Does all writes or none. One answer for each, in the same order, ``None`` for a delete.

        Raises:
            TransactionError: Which write was to blame, and why.
        """
        make = host.type_of
        writes = [
            make("documents", f"Write_{case}")(
                make("documents", record)(*values) if record is not None else values[0]
            )
            for case, record, values in transaction.writes
        ]
        return [None if raw is None else _written(raw) for raw in self._call("transact", writes)]

    def _call(self, function: str, *arguments: Any) -> Any:
        return host.call(str(self.interface), function, self.name, *arguments)


def _written(raw: Any) -> Written:
    return Written(raw.id, raw.etag)


_Step = tuple[str, str | None, tuple[Any, ...]]
"""A case of the contract's variant, the record that it holds, and the record's fields, or what it holds instead."""


class Patch:
    """Changes to parts of an item, at most 10. A path is a JSON Pointer (RFC 6901), for example ``/tags/0``::

        NOTES.patch(id, Patch(if_match=etag).set("/done", True).increment("/changes", 1))

    Args:
        if_match: Only if the item still has this etag.
        condition: Only if the item fits, for example ``FROM c WHERE c.status = 'open'``.
    """

    def __init__(self, *, if_match: str | None = None, condition: str | None = None) -> None:
        self.operations: list[_Step] = []
        self.if_match = if_match
        self.condition = condition

    def add(self, path: str, value: object) -> Patch:
        """Sets a property, or inserts into an array."""
        return self._step("Add", "PathValue", path, to_json(value))

    def set(self, path: str, value: object) -> Patch:
        """Sets a property, or an array's element."""
        return self._step("Set", "PathValue", path, to_json(value))

    def replace(self, path: str, value: object) -> Patch:
        """Sets what exists, else the patch fails."""
        return self._step("Replace", "PathValue", path, to_json(value))

    def remove(self, path: str) -> Patch:
        """Removes what is there."""
        return self._step("Remove", None, path)

    def increment(self, path: str, by: float) -> Patch:
        """Adds to a number, which is created if it is missing."""
        return self._step("Increment", "PathNumber", path, float(by))

    def move(self, from_path: str, path: str) -> Patch:
        """Moves a value."""
        return self._step("Move", "PathMove", from_path, path)

    def _step(self, case: str, record: str | None, *values: Any) -> Patch:
        self.operations.append((case, record, values))
        return self


class Transaction:
    """Writes that are done together or not at all, at most 100."""

    def __init__(self) -> None:
        self.writes: list[_Step] = []

    def create(self, body: object) -> Transaction:
        """As `WriteContainer.create`."""
        return self._write("Create", None, body)

    def upsert(self, body: object) -> Transaction:
        """As `WriteContainer.upsert`."""
        return self._write("Upsert", None, body)

    def replace(self, body: object, if_match: str | None = None) -> Transaction:
        """As `WriteContainer.replace`."""
        return self._write("Replace", "GuardedBody", body, if_match)

    def delete(self, id: str, if_match: str | None = None) -> Transaction:
        """As `WriteContainer.delete`."""
        self.writes.append(("Delete", "GuardedId", (id, if_match)))
        return self

    def _write(self, case: str, record: str | None, body: object, *more: Any) -> Transaction:
        try:
            self.writes.append((case, record, (to_json(body), *more)))
        except Error as error:
            raise TransactionError(len(self.writes), error) from None
        return self
