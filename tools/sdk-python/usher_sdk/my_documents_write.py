"""The caller's own items, and nobody else's, to write. Whatever is written belongs to the caller."""

from __future__ import annotations

from usher_sdk.documents import WriteContainer


def container(name: str) -> WriteContainer:
    """A container of the caller's own items, by its name in the operator's grant.

    It is also what a tool that uses it requires.
    """
    return WriteContainer("my_documents_write", name)
