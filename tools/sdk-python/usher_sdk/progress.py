"""How far a call has come. MCP: ``notifications/progress``."""

from __future__ import annotations

from usher_sdk import host


def report(progress: float, total: float | None = None, message: str | None = None) -> None:
    """Says so to the client, if it wants to know. Never fails.

    Args:
        progress: Only grows: smaller ones are dropped, and so are too many.
        total: Where it ends, if known.
    """
    host.call("progress", "report", progress, total, message)
