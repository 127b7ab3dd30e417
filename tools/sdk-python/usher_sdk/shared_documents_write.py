"""Items that belong to nobody in particular, to write. Everyone who may call the tool writes the same."""

from __future__ import annotations

from usher_sdk.documents import WriteContainer


def container(name: str) -> WriteContainer:
    """A container of shared items, by its name in the operator's grant, which also names the partition.

    It is also what a tool that uses it requires.
    """
    return WriteContainer("shared_documents_write", name)
