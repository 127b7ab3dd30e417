"""Who is calling: facts from a verified token, never the token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from usher_sdk import host


@dataclass(frozen=True)
class Caller:
    """The caller.

    Attributes:
        tenant_id: The tenant. Entra: ``tid``.
        object_id: The user, or the application if it calls for itself. Entra: ``oid``. Together with the tenant the only key for
            a person.
        kind: Whether it is a person or an application.
        display_name: For show only: people change it. Entra: ``name``.
        username: For show only: people change it. Entra: ``preferred_username``.
        roles: App roles. Entra: ``roles``.
        scopes: Delegated scopes. Entra: ``scp``.
    """

    tenant_id: str
    object_id: str
    kind: Literal["user", "application"]
    display_name: str | None
    username: str | None
    roles: list[str]
    scopes: list[str]


def caller() -> Caller:
    """The caller of this request."""
    raw = host.call("identity", "get_caller")
    return Caller(
        raw.tenant_id,
        raw.object_id,
        "user" if raw.kind.name == "USER" else "application",
        raw.display_name,
        raw.username,
        list(raw.roles),
        list(raw.scopes),
    )
