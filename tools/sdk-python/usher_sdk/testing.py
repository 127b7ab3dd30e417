"""For the tests of a project: a stand-in for the host, and tools as a client sees them.

A tool is a function, so a test may just call it. `call` goes the way that a client's call goes, through the arguments' types and
back, and `describe` is what the client is told::

    def test_a_note_is_stored(self) -> None:
        with FakeHost() as host:
            stored = call(add_note, {"text": "Milk"})["structuredContent"]
        self.assertEqual(host.items["notes"][stored["id"]]["text"], "Milk")

The stand-in keeps items in memory. It doesn't know SQL, and no other services: what a query or a request is answered with, the
test says (`FakeHost.rows`, `FakeHost.graph`, `FakeHost.http`).
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace, TracebackType
from typing import Any

from usher_sdk import documents, graph, host, http, service, tools
from usher_sdk.context import Context, Form, Questions
from usher_sdk.identity import Caller
from usher_sdk.results import Block, ContentAnnotations, EmbeddedResource, Media, ResourceLink, Text
from usher_sdk.types import dump, load

Item = dict[str, Any]

CALLER = Caller(
    tenant_id="11111111-1111-4111-8111-111111111111",
    object_id="22222222-2222-4222-8222-222222222222",
    kind="user",
    display_name="Megan Bowen",
    username="megan@contoso.example",
    roles=[],
    scopes=["user_impersonation"],
)
"""Who calls, unless a test says otherwise."""


def describe(function: Callable[..., Any]) -> dict[str, Any]:
    """What a client is told about a tool. MCP: ``Tool``."""
    tool = tools.tool_of(function)
    given = tool.annotations
    hints = {
        "title": tool.title,
        "readOnlyHint": given.read_only,
        "destructiveHint": given.destructive,
        "idempotentHint": given.idempotent,
        "openWorldHint": given.open_world,
    }
    described = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema(),
        "outputSchema": tool.output_schema(),
        "annotations": {name: hint for name, hint in hints.items() if hint is not None and name != "title"},
    }
    return {name: value for name, value in described.items() if value is not None}


def call(function: Callable[..., Any], arguments: Mapping[str, Any], context: Context | None = None) -> dict[str, Any]:
    """Calls a tool. Gives its result: MCP's ``CallToolResult``, or ``InputRequiredResult`` if it asks.

    Raises:
        Error: What the tool answers instead of a result.
    """
    answer = tools.tool_of(function).call(dump(dict(arguments)), context or Context())
    if isinstance(answer, Questions):
        return {
            "resultType": "input_required",
            "inputRequests": {key: _question(request) for key, request in answer.requests.items()},
            "requestState": answer.state_json,
        }
    result: dict[str, Any] = {"content": [_block(block) for block in answer.blocks]}
    if answer.structured is not None:
        result["structuredContent"] = load(answer.structured)
    if answer.meta is not None:
        result["_meta"] = answer.meta
    return result


def _question(request: Any) -> dict[str, Any]:
    if isinstance(request, Form):
        params = {"mode": "form", "message": request.message, "requestedSchema": request.schema}
    else:
        params = {"mode": "url", "message": request.message, "url": request.url}
    return {"method": "elicitation/create", "params": params}


def _block(block: Block) -> dict[str, Any]:
    match block.content:
        case Text(text):
            said: dict[str, Any] = {"type": "text", "text": text}
        case Media(kind, data, mime_type):
            said = {"type": kind, "data": base64.b64encode(data).decode(), "mimeType": mime_type}
        case ResourceLink(uri, name):
            said = {"type": "resource_link", "uri": uri, "name": name}
        case EmbeddedResource(uri, mime_type, contents):
            held = {"text": contents} if isinstance(contents, str) else {"blob": base64.b64encode(contents).decode()}
            said = {"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, **held}}
    return {**said, "annotations": _annotations(block.annotations)} if block.annotations else said


def _annotations(given: ContentAnnotations) -> dict[str, Any]:
    said = {"audience": list(given.audience), "priority": given.priority, "lastModified": given.last_modified}
    return {name: value for name, value in said.items() if value not in (None, [])}


Rows = Callable[[str, str, dict[str, Any]], list[Any]]
"""Answers a query: of a container, a text and its parameters it makes rows."""

Graph = Callable[[str, str, dict[str, str], Any], graph.Response]
"""Answers a request of Graph: of a method, a path, query options and a body (parsed if it is JSON) it makes an answer."""

HttpResponse = http.Response
Http = Callable[[http.Request], HttpResponse]
"""Answers a request to another service."""


def _no_rows(container: str, text: str, parameters: dict[str, Any]) -> list[Any]:
    raise NotImplementedError(f"the test doesn't say what `{text}` is answered with: FakeHost(rows=…)")


def _no_graph(method: str, path: str, query: dict[str, str], body: Any) -> graph.Response:
    raise NotImplementedError(f"the test doesn't say what Graph answers to {method} {path}: FakeHost(graph=…)")


def _no_http(request: http.Request) -> http.Response:
    raise NotImplementedError(f"the test doesn't say what {request.method} {request.url} is answered with: FakeHost(http=…)")


@dataclass
class FakeHost:
    """A stand-in for the host, within a ``with`` statement.

    Attributes:
        items: The caller's items: containers by name, items by id.
        shared: The same for shared items.
        rows: Answers queries.
        graph: Answers requests of Graph.
        http: Answers requests to other services.
        groups: The object ids of the groups that the caller is in.
        caller: Who calls.
        config: The settings of the grant.
        logged: What went to the log: level and message.
        told: What was told to the client: progress, notifications.
    """

    items: dict[str, dict[str, Item]] = field(default_factory=dict)
    shared: dict[str, dict[str, Item]] = field(default_factory=dict)
    rows: Rows = _no_rows
    graph: Graph = _no_graph
    http: Http = _no_http
    groups: set[str] = field(default_factory=set)
    caller: Caller = CALLER
    config: dict[str, str] = field(default_factory=dict)
    logged: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self._etags: dict[tuple[str, str, str], str] = {}
        self._before: list[host.Imports] = []

    def __enter__(self) -> FakeHost:
        self._before.append(host.connect(self))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        host.connect(self._before.pop())

    def type(self, interface: str, name: str) -> Any:
        """A type of the contract, as simple as will do."""
        return _Type(name)

    def call(self, interface: str, function: str, arguments: tuple[Any, ...]) -> Any:
        """Does what the host's function does, on what the stand-in has."""
        does = getattr(self, f"_{interface}_{function}", None) or getattr(self, f"_{function}")
        return does(interface, *arguments)

    # ---- Documents

    def _store(self, interface: str, container: str) -> dict[str, Item]:
        stores = self.shared if interface.startswith("shared") else self.items
        return stores.setdefault(container, {})

    def _stamp(self, interface: str, container: str, id: str) -> SimpleNamespace:
        etag = self._etags[(interface.removesuffix("_write"), container, id)] = f'"{next(self._numbers)}"'
        return SimpleNamespace(id=id, etag=etag)

    def _etag(self, interface: str, container: str, id: str) -> str:
        return self._etags.get((interface.removesuffix("_write"), container, id), '"0"')

    def _existing(self, interface: str, container: str, id: str, if_match: str | None) -> Item:
        store = self._store(interface, container)
        if id not in store:
            raise documents.NotFound
        if if_match is not None and if_match != self._etag(interface, container, id):
            raise documents.PreconditionFailed
        return store[id]

    def _read(self, interface: str, container: str, id: str) -> SimpleNamespace:
        item = self._existing(interface, container, id, None)
        return SimpleNamespace(id=id, etag=self._etag(interface, container, id), timestamp=0, body=dump(item))

    def _read_many(self, interface: str, container: str, ids: list[str]) -> list[SimpleNamespace | None]:
        store = self._store(interface, container)
        return [self._read(interface, container, id) if id in store else None for id in ids]

    def _query(self, interface: str, container: str, text: str, parameters: str, options: _Value) -> SimpleNamespace:
        max_items, continuation = options.values
        rows = self.rows(container, text, load(parameters))
        start = int(continuation or 0)
        end = len(rows) if max_items is None else start + max_items
        return SimpleNamespace(items=dump(rows[start:end]), continuation=str(end) if end < len(rows) else None)

    def _create(self, interface: str, container: str, body: str) -> SimpleNamespace:
        item = load(body)
        id = item.setdefault("id", f"item-{next(self._numbers)}")
        if id in self._store(interface, container):
            raise documents.Conflict
        self._store(interface, container)[id] = item
        return self._stamp(interface, container, id)

    def _upsert(self, interface: str, container: str, body: str) -> SimpleNamespace:
        item = load(body)
        self._store(interface, container)[item["id"]] = item
        return self._stamp(interface, container, item["id"])

    def _replace(self, interface: str, container: str, body: str, if_match: str | None) -> SimpleNamespace:
        item = load(body)
        self._existing(interface, container, item["id"], if_match)
        self._store(interface, container)[item["id"]] = item
        return self._stamp(interface, container, item["id"])

    def _delete(self, interface: str, container: str, id: str, if_match: str | None) -> None:
        self._existing(interface, container, id, if_match)
        del self._store(interface, container)[id]

    def _patch(self, interface: str, container: str, id: str, operations: list[_Value], options: _Value) -> SimpleNamespace:
        if_match, condition = options.values
        if condition is not None:
            raise NotImplementedError("the stand-in knows no SQL: patch without a condition, or use a real host")
        item = load(dump(self._existing(interface, container, id, if_match)))
        for operation in operations:
            _apply(item, operation)
        self._store(interface, container)[id] = item
        return self._stamp(interface, container, id)

    def _transact(self, interface: str, container: str, writes: list[_Value]) -> list[SimpleNamespace | None]:
        store = self._store(interface, container)
        before = dict(store)
        results: list[SimpleNamespace | None] = []
        for index, write in enumerate(writes):
            (held,) = write.values
            arguments = held.values if isinstance(held, _Value) else (held,)
            does = getattr(self, f"_{write.type.removeprefix('Write_').lower()}")
            try:
                results.append(does(interface, container, *arguments))
            except documents.Error as error:
                store.clear()
                store.update(before)
                raise documents.TransactionError(index, error) from None
        return results

    # ---- Services

    def _graph_get(self, interface: str, request: _Value) -> SimpleNamespace:
        path, query = request.values
        return _response(self.graph("GET", path, dict(query), None))

    def _graph_get_all(self, interface: str, requests: list[_Value]) -> list[Any]:
        return [_or_error(self._graph_get, interface, request) for request in requests]

    def _graph_write_send(self, interface: str, request: _Value) -> SimpleNamespace:
        method, path, query, body = request.values
        if body is not None:
            content_type, data = body.values
            body = load(data) if content_type == "application/json" else data
        return _response(self.graph(method, path, dict(query), body))

    def _is_member_of(self, interface: str, group_id: str) -> bool:
        return group_id in self.groups

    def _memberships(self, interface: str, group_ids: list[str]) -> list[bool]:
        return [group_id in self.groups for group_id in group_ids]

    def _http_send(self, interface: str, request: _Value) -> HttpResponse:
        method, url, headers, body = request.values
        return self.http(http.Request(method, url, dict(headers), body))

    def _http_send_all(self, interface: str, requests: list[_Value]) -> list[Any]:
        return [_or_error(self._http_send, interface, request) for request in requests]

    # ---- The rest

    def _get_caller(self, interface: str) -> SimpleNamespace:
        kind = SimpleNamespace(name=self.caller.kind.upper())
        return SimpleNamespace(**{**vars(self.caller), "kind": kind})

    def _config_get(self, interface: str, key: str) -> str | None:
        return self.config.get(key)

    def _log(self, interface: str, level: str, message: str) -> None:
        self.logged.append((level.lower(), message))

    def _report(self, interface: str, *said: Any) -> None:
        self.told.append(("progress", *said))

    def _resource_updated(self, interface: str, uri: str) -> None:
        self.told.append(("resource_updated", uri))

    def _list_changed(self, interface: str, which: str) -> None:
        self.told.append(("list_changed", which.lower()))


@dataclass(frozen=True)
class _Value:
    """A value of the contract: the name of its type, and its fields in their order."""

    type: str
    values: tuple[Any, ...]


class _Type:
    """Any type of the contract."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *values: Any) -> _Value:
        return _Value(self._name, values)

    def __getattr__(self, case: str) -> str:
        # Of an enum.
        return case


def _or_error(send: Callable[[str, _Value], Any], interface: str, request: _Value) -> Any:
    """Where several are sent, an error is one of the answers."""
    try:
        return send(interface, request)
    except service.Error as error:
        return error


def _response(answer: graph.Response) -> SimpleNamespace:
    body = None
    if answer.body:
        body = SimpleNamespace(data=answer.body, content_type=answer.content_type or "application/json")
    return SimpleNamespace(status=answer.status, body=body)


def _apply(item: Item, operation: _Value) -> None:
    """One step of a patch, on properties of objects: arrays are for a real host."""
    case = operation.type.removeprefix("PatchOperation_")
    (held,) = operation.values
    values: Any = held.values if isinstance(held, _Value) else (held,)
    parent, name = _place(item, values[-1] if case == "Move" else values[0])
    match case:
        case "Add" | "Set":
            parent[name] = load(values[1])
        case "Replace":
            if name not in parent:
                raise documents.Invalid(f"there is nothing at {values[0]}")
            parent[name] = load(values[1])
        case "Remove":
            if parent.pop(name, _Type) is _Type:
                raise documents.Invalid(f"there is nothing at {values[0]}")
        case "Increment":
            parent[name] = parent.get(name, 0) + values[1]
        case "Move":
            source, old = _place(item, values[0])
            parent[name] = source.pop(old)


def _place(item: Item, pointer: str) -> tuple[Item, str]:
    *path, name = (step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])
    for step in path:
        item = item[step]
        if not isinstance(item, dict):
            raise NotImplementedError("the stand-in patches properties of objects only")
    return item, name
