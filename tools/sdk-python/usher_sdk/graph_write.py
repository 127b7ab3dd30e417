"""Microsoft Graph on behalf of the caller, to change things, as far as the grant's list of methods and paths goes::

    SEND = graph_write.template("POST /me/sendMail")

    @tool(destructive=False, requires=[SEND])
    def mail_me(text: str) -> None:
        '''Mails a text to the person who is signed in.'''
        graph_write.post("/me/sendMail", json=mail(text)).success()

A request is never repeated by the host once Graph may have seen it: what a tool reads as an error may have happened all the
same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from usher_sdk import host
from usher_sdk.graph import Error, Invalid, Response, response
from usher_sdk.requirements import Requirement, is_path
from usher_sdk.service import write_body

__all__ = ["Error", "Invalid", "Method", "Response", "delete", "patch", "post", "put", "send", "template"]

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
"""An HTTP method that may change something."""


def template(request: str) -> Requirement:
    """Required by a tool that sends such requests: a method, and a path in which ``{name}`` stands for a segment or a part of
    one, as in ``PUT /me/drive/root:/{file}:/content``."""
    method, _, path = request.partition(" ")
    if method not in get_args(Method) or not is_path(path):
        raise ValueError(
            "a template is POST, PUT, PATCH or DELETE and a path below /v1.0, without a query: "
            f'template("POST /me/sendMail"), not {request!r}'
        )
    return Requirement("graph_write", "graph_write", request)


def post(
    path: str,
    *,
    json: object = None,
    data: bytes | str | None = None,
    content_type: str | None = None,
    query: Mapping[str, str] | None = None,
) -> Response:
    """Sends a POST request, see `send`."""
    return send("POST", path, json=json, data=data, content_type=content_type, query=query)


def put(
    path: str,
    *,
    json: object = None,
    data: bytes | str | None = None,
    content_type: str | None = None,
    query: Mapping[str, str] | None = None,
) -> Response:
    """Sends a PUT request, see `send`."""
    return send("PUT", path, json=json, data=data, content_type=content_type, query=query)


def patch(
    path: str,
    *,
    json: object = None,
    data: bytes | str | None = None,
    content_type: str | None = None,
    query: Mapping[str, str] | None = None,
) -> Response:
    """Sends a PATCH request, see `send`."""
    return send("PATCH", path, json=json, data=data, content_type=content_type, query=query)


def delete(path: str, *, query: Mapping[str, str] | None = None) -> Response:
    """Sends a DELETE request, see `send`."""
    return send("DELETE", path, query=query)


def send(
    method: Method,
    path: str,
    *,
    json: object = None,
    data: bytes | str | None = None,
    content_type: str | None = None,
    query: Mapping[str, str] | None = None,
) -> Response:
    """Sends a request. An answer with an error status is an answer.

    Args:
        path: Below ``/v1.0``, for example ``/me/sendMail``.
        json: The body, as whatever has a schema.
        data: The body as it is, with its `content_type`.
        query: Query options by name, not encoded.
    """
    body = None
    if json is not None:
        body = host.type_of("graph_types", "Body")(content_type or "application/json", write_body(json))
    elif data is not None:
        if content_type is None:
            raise Invalid("a body has a content_type")
        body = host.type_of("graph_types", "Body")(content_type, data.encode() if isinstance(data, str) else data)
    by_name = getattr(host.type_of("graph_write", "Method"), method)
    request = host.type_of("graph_write", "Request")(by_name, path, list((query or {}).items()), body)
    return response(host.call("graph_write", "send", request))
