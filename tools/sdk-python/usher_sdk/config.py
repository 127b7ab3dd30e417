"""Settings that the operator wrote into the grant. Never secrets."""

from __future__ import annotations

from usher_sdk import host


def get(key: str) -> str | None:
    """The value of a setting, ``None`` if the grant has no such key."""
    value: str | None = host.call("config", "get", key)
    return value
