"""Microsoft Graph on behalf of the caller, to read, as far as the grant's list of paths goes::

    class Me(TypedDict):
        displayName: str
        mail: str | None

    @tool(read_only=True, requires=[graph.template("/me")])
    def who_am_i() -> Me:
        '''Says who the person is who is signed in.'''
        return graph.get("/me", {"$select": "displayName,mail"}).success().json(Me)

A tool that doesn't catch an `Error` ends with an answer that says what to do. The one that a tool must not turn into something
else is `SignInRequired`: the host tells the person what to do (sign in again, consent, a second factor), which only it knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from usher_sdk import host
from usher_sdk.requirements import Requirement, is_path
from usher_sdk.service import (
    Error,
    Invalid,
    NotGranted,
    SignInRequired,
    Throttled,
    Timeout,
    TooLarge,
    Unavailable,
    check_status,
    parse_body,
)

__all__ = [
    "MEMBERSHIPS",
    "Error",
    "Invalid",
    "NotGranted",
    "Request",
    "Response",
    "SignInRequired",
    "Throttled",
    "Timeout",
    "TooLarge",
    "Unavailable",
    "get",
    "get_all",
    "is_member_of",
    "memberships",
    "template",
]

T = TypeVar("T")

MEMBERSHIPS = Requirement("graph", "graph_memberships", None)
"""Required by a tool that asks about the caller's groups."""


def template(path: str) -> Requirement:
    """Required by a tool that sends such requests: a path in which ``{name}`` stands for a segment or a part of one."""
    if not is_path(path):
        raise ValueError(f'a template is a path below /v1.0, without a query: template("/me/messages/{{id}}"), not {path!r}')
    return Requirement("graph", "graph", path)


@dataclass(frozen=True)
class Request:
    """A request to read (GET).

    Attributes:
        path: Below ``/v1.0``, for example ``/me/drive/root:/report.pdf:/content``.
        query: Query options by name, for example ``{"$select": "id,displayName"}``, not encoded.
    """

    path: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """What Graph answered; errors that the request itself caused included.

    Attributes:
        status: The HTTP status.
        body: The bytes; ``b""`` without.
        content_type: The media type of the body.
    """

    status: int
    body: bytes = b""
    content_type: str | None = None

    def success(self) -> Response:
        """This answer if its status is a success (2xx); else it raises what the status means, for the model and the person."""
        check_status(self.status, None)
        return self

    @overload
    def json(self) -> Any: ...

    @overload
    def json(self, of: type[T]) -> T: ...

    def json(self, of: Any = Any) -> Any:
        """The body, as a value of this type. What it says besides is left out."""
        return parse_body(self.body, of)


def get(path: str, query: Mapping[str, str] | None = None) -> Response:
    """Reads. An answer with an error status is an answer.

    Args:
        path: Below ``/v1.0``.
        query: Query options by name, not encoded.
    """
    return response(host.call("graph", "get", _raw(Request(path, query or {}))))


def get_all(requests: Sequence[Request]) -> list[Response | Error]:
    """Sends requests side by side: one answer for each, in the same order. At most 20; each counts as a call of the host."""
    answers = host.call("graph", "get_all", [_raw(request) for request in requests])
    return [answer if isinstance(answer, Error) else response(answer) for answer in answers]


def is_member_of(group_id: str) -> bool:
    """Whether the caller is in a group, directly or through others. The group by its object id.

    Raises:
        Error: That it couldn't be found out, which is never "no".
    """
    return bool(host.call("graph", "is_member_of", group_id))


def memberships(group_ids: Sequence[str]) -> list[bool]:
    """The same for several groups in one request: one answer for each, in the same order. At most 20."""
    return list(host.call("graph", "memberships", list(group_ids)))


def response(raw: Any) -> Response:
    """A response of the contract, for `usher_sdk.graph_write` too."""
    if raw.body is None:
        return Response(raw.status)
    return Response(raw.status, bytes(raw.body.data), raw.body.content_type)


def _raw(request: Request) -> Any:
    return host.type_of("graph", "GetRequest")(request.path, list(request.query.items()))
