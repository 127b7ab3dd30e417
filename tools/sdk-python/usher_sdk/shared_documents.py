"""Items that belong to nobody in particular, to read. Everyone who may call the tool sees the same."""

from __future__ import annotations

from usher_sdk.documents import ReadContainer


def container(name: str) -> ReadContainer:
    """A container of shared items, by its name in the operator's grant, which also names the partition.

    It is also what a tool that uses it requires.
    """
    return ReadContainer("shared_documents", name)
