"""Everybody's items, to query. Rows don't say whose they are, unless the operator's grant gives them a property ``_owner``."""

from __future__ import annotations

from usher_sdk.documents import QueryContainer


def container(name: str) -> QueryContainer:
    """A container with the items of all users, by its name in the operator's grant.

    It is also what a tool that uses it requires.
    """
    return QueryContainer("all_documents", name)
