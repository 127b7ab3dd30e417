"""News for clients that asked for them. MCP: ``notifications/resources/updated``, ``notifications/*/list_changed``."""

from __future__ import annotations

from typing import Literal

from usher_sdk import host


def resource_updated(uri: str) -> None:
    """Tells those who subscribed to the resource of this URI, and may read it, that it has changed. Never fails."""
    host.call("notifications", "resource_updated", uri)


def list_changed(which: Literal["tools", "resources", "prompts"]) -> None:
    """Has the host ask for a list again and tell those callers whose own list is different. Never fails."""
    host.call("notifications", "list_changed", getattr(host.type_of("notifications", "ListKind"), which.upper()))
