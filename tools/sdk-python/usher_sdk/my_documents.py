"""The caller's own items, and nobody else's, to read. There is no way to name another person."""

from __future__ import annotations

from usher_sdk.documents import ReadContainer


def container(name: str) -> ReadContainer:
    """A container of the caller's own items, by its name in the operator's grant.

    It is also what a tool that uses it requires.
    """
    return ReadContainer("my_documents", name)
