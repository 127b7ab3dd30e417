"""Other services over HTTPS: the origins of the operator's grant and no others. The host attaches the credentials::

    TICKETS = http.origin("https://tickets.contoso.example")

    @tool(read_only=True, requires=[TICKETS])
    def read_ticket(number: int) -> Ticket:
        '''Reads a ticket.'''
        return http.get(f"https://tickets.contoso.example/tickets/{number}").success().json(Ticket)

Whether the host attaches a token of the caller, a token of its own or a secret is written in the grant; a tool can't tell and
can't set one itself. As with `usher_sdk.graph`, `SignInRequired` must stay what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, overload

from usher_sdk import host
from usher_sdk.requirements import Requirement
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
    write_body,
)

__all__ = [
    "Error",
    "Invalid",
    "Method",
    "NotGranted",
    "Request",
    "Response",
    "SignInRequired",
    "Throttled",
    "Timeout",
    "TooLarge",
    "Unavailable",
    "delete",
    "get",
    "origin",
    "patch",
    "post",
    "put",
    "send",
    "send_all",
]

T = TypeVar("T")

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
"""An HTTP method."""


def origin(url: str) -> Requirement:
    """Required by a tool that sends requests there: ``https://api.contoso.com``, without a path."""
    scheme, _, host_name = url.partition("://")
    if scheme not in ("https", "http") or not host_name or any(mark in host_name for mark in "/?#@ "):
        raise ValueError(f'an origin has neither a path nor a user: origin("https://api.contoso.com"), not {url!r}')
    return Requirement("http", "http", url)


@dataclass(frozen=True)
class Request:
    """A request.

    Attributes:
        method: The HTTP method.
        url: An absolute URL without user information or fragment.
        headers: Header fields. Those that carry credentials or routing are the host's.
        body: The bytes, whose type is a header field.
    """

    method: Method
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Response:
    """What the service answered, whatever its status.

    Attributes:
        status: The HTTP status.
        headers: Header fields with their names in lower case, without those that set cookies. A name may come twice.
        body: The bytes.
    """

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header field of this name, in lower case."""
        return next((value for known, value in self.headers if known == name), None)

    def success(self) -> Response:
        """This answer if its status is a success (2xx); else it raises what the status means, for the model and the person."""
        check_status(self.status, self.header("retry-after"))
        return self

    @overload
    def json(self) -> Any: ...

    @overload
    def json(self, of: type[T]) -> T: ...

    def json(self, of: Any = Any) -> Any:
        """The body, as a value of this type. What it says besides is left out."""
        return parse_body(self.body, of)


def get(url: str, headers: Mapping[str, str] | None = None) -> Response:
    """Sends a GET request."""
    return send(Request("GET", url, headers or {}))


def delete(url: str, headers: Mapping[str, str] | None = None) -> Response:
    """Sends a DELETE request."""
    return send(Request("DELETE", url, headers or {}))


def post(
    url: str, *, json: object = None, data: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Sends a POST request with a JSON body, or with a body as it is."""
    return send(_with_body("POST", url, json, data, headers))


def put(
    url: str, *, json: object = None, data: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Sends a PUT request with a JSON body, or with a body as it is."""
    return send(_with_body("PUT", url, json, data, headers))


def patch(
    url: str, *, json: object = None, data: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Sends a PATCH request with a JSON body, or with a body as it is."""
    return send(_with_body("PATCH", url, json, data, headers))


def send(request: Request) -> Response:
    """Sends a request."""
    return _response(host.call("http", "send", _raw(request)))


def send_all(requests: Sequence[Request]) -> list[Response | Error]:
    """Sends requests side by side: one answer for each, in the same order. At most 20; each counts as a call of the host."""
    answers = host.call("http", "send_all", [_raw(request) for request in requests])
    return [answer if isinstance(answer, Error) else _response(answer) for answer in answers]


def _with_body(
    method: Method, url: str, json: object, data: bytes | None, headers: Mapping[str, str] | None
) -> Request:
    fields = dict(headers or {})
    if json is not None:
        if not any(name.lower() == "content-type" for name in fields):
            fields["content-type"] = "application/json"
        data = write_body(json)
    return Request(method, url, fields, data)


def _raw(request: Request) -> Any:
    method = getattr(host.type_of("http", "Method"), request.method)
    return host.type_of("http", "Request")(method, request.url, list(request.headers.items()), request.body)


def _response(raw: Any) -> Response:
    return Response(raw.status, tuple(raw.headers), bytes(raw.body))
