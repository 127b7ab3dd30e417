"""From the tools of a project to the exports of a component. ``usher build`` writes the module that calls this.

In come, when the component is built, the generated modules of the contract and the project's own; out goes the class `Exports`,
whose methods the host calls. The tools' descriptions are made once, at the build: listing gives what is there.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from usher_sdk import errors, host, interpreter, log, service
from usher_sdk.context import Accepted, Cancelled, Context, Declined, Form, Questions
from usher_sdk.documents import errors as document_errors
from usher_sdk.results import Block, ContentAnnotations, EmbeddedResource, Media, ResourceLink, Text, ToolResult
from usher_sdk.tools import Tool, all_tools
from usher_sdk.types import dump, load

_RAISED = {
    **dict.fromkeys(
        ("my_documents", "my_documents_write", "all_documents", "shared_documents", "shared_documents_write"),
        document_errors.raised,
    ),
    **dict.fromkeys(("graph", "graph_write", "http"), service.raised),
}


class Exports:
    """What a component exports: ``usher:tool/tools``.

    Args:
        tools: The generated module of that interface.
        types: The generated module of ``usher:tool/types``.
        err: The exception that says an error of the contract.
    """

    def __init__(self, tools: Any, types: Any, err: type[Exception]) -> None:
        self._tools = tools
        self._types = types
        self._err = err
        self._by_name = {tool.name: tool for tool in all_tools()}
        if not self._by_name:
            raise TypeError("there is no tool: no function of the project's modules carries `@tool(…)`")
        self._listed = [self._describe(tool) for tool in self._by_name.values()]

    def list_tools(self) -> list[Any]:
        """The tools, in the order in which they were defined."""
        return self._listed

    def call_tool(self, name: str, arguments: str, context: Any) -> Any:
        """Runs a tool. An error is an answer; anything else that a tool raises is logged, and then it traps."""
        types = self._types
        try:
            interpreter.begin_call()
            tool = self._by_name.get(name)
            if tool is None:
                raise errors.NotFound
            answer = tool.call(arguments, self._context(context))
            outcome = self._asked(answer) if isinstance(answer, Questions) else self._complete(answer)
        except errors.SignInRequired:
            raise self._err(types.Error_SignInRequired()) from None
        except errors.NotFound:
            raise self._err(types.Error_NotFound()) from None
        except errors.InvalidArgument as error:
            raise self._err(types.Error_InvalidParams(error.text)) from None
        except errors.Error as error:
            raise self._err(types.Error_Failed(error.text)) from None
        except BaseException as fault:
            log.error(report(fault))
            raise
        interpreter.end_call()
        return outcome

    def _describe(self, tool: Tool) -> Any:
        tools, types = self._tools, self._types
        output = tool.output_schema()
        options = tools.ToolOptions(
            title=tool.title,
            output_schema=None if output is None else dump(output),
            annotations=tools.ToolAnnotations(
                tool.annotations.read_only,
                tool.annotations.destructive,
                tool.annotations.idempotent,
                tool.annotations.open_world,
            ),
            requires=[self._requirement(requirement.case, requirement.value) for requirement in tool.requires],
            long_running=tool.long_running,
            icons=[] if tool.icon is None else [types.Icon(tool.icon, None, [], None)],
            meta=None,
        )
        return tools.Tool(tool.name, tool.description, dump(tool.input_schema()), options)

    def _requirement(self, case: str, value: Any) -> Any:
        name = "Requirement_" + "".join(word.capitalize() for word in case.split("_"))
        if case == "client":
            flags = self._types.ClientCapabilities(0)
            for capability in value:
                flags |= self._types.ClientCapabilities[capability.upper()]
            return getattr(self._tools, name)(flags)
        return getattr(self._tools, name)() if value is None else getattr(self._tools, name)(value)

    def _context(self, raw: Any) -> Context:
        client = frozenset(flag.name.lower() for flag in self._types.ClientCapabilities if flag in raw.client)
        answers = {key: self._answer(response) for key, response in raw.input_responses}
        return Context(client, answers, raw.request_state, None if raw.meta is None else load(raw.meta))

    def _answer(self, response: Any) -> Any:
        types = self._types
        match response:
            case types.InputResponse_Elicit(value=types.ElicitResult_Accept(value=values)):
                return Accepted(load(values))
            case types.InputResponse_Elicit(value=types.ElicitResult_Decline()):
                return Declined()
            case types.InputResponse_Elicit():
                return Cancelled()
            case _:
                return load(response.value)

    def _asked(self, questions: Questions) -> Any:
        types = self._types
        requests = []
        for key, request in questions.requests.items():
            if isinstance(request, Form):
                form = types.ElicitForm(request.message, dump(request.schema))
                requests.append((key, types.InputRequest_ElicitForm(form)))
            else:
                requests.append((key, types.InputRequest_ElicitUrl(types.ElicitUrl(request.message, request.url))))
        return self._tools.CallToolOutcome_InputRequired(types.InputRequired(requests, questions.state_json))

    def _complete(self, result: ToolResult[str | None]) -> Any:
        blocks = [self._block(block) for block in result.blocks]
        meta = None if result.meta is None else dump(result.meta)
        return self._tools.CallToolOutcome_Complete(self._tools.CallToolResult(blocks, result.structured, meta))

    def _block(self, block: Block) -> Any:
        types = self._types
        match block.content:
            case Text(text):
                content = types.Content_Text(text)
            case Media("image", data, mime_type):
                content = types.Content_Image(types.Media(data, mime_type))
            case Media(_, data, mime_type):
                content = types.Content_Audio(types.Media(data, mime_type))
            case ResourceLink(uri, name):
                content = types.Content_ResourceLink(types.LinkedResource(uri, name, None))
            case EmbeddedResource(uri, mime_type, str(text)):
                contents = types.ResourceContents(uri, mime_type, types.ResourceData_Text(text), None)
                content = types.Content_EmbeddedResource(contents)
            case EmbeddedResource(uri, mime_type, data):
                contents = types.ResourceContents(uri, mime_type, types.ResourceData_Blob(data), None)
                content = types.Content_EmbeddedResource(contents)
        return types.ContentBlock(content, self._content_options(block.annotations))

    def _content_options(self, annotations: ContentAnnotations | None) -> Any:
        if annotations is None:
            return None
        types = self._types
        audience = [types.Role[role.upper()] for role in annotations.audience]
        given = types.Annotations(audience, annotations.priority, annotations.last_modified)
        return types.ContentOptions(given, None)


def connect(modules: Mapping[str, Any], ok: type, err: type[Exception]) -> None:
    """Connects the capabilities with what the component imports.

    Args:
        modules: The generated modules by the names of their interfaces.
        ok: What says a result where there are several.
        err: The exception that they raise.
    """
    host.connect(host.Component(modules, ok, err, _RAISED))


def check_requirements(modules: Mapping[str, Any]) -> None:
    """Refuses, when the component is built, a tool that requires what the component doesn't import."""
    for tool in all_tools():
        for requirement in tool.requires:
            if requirement.interface is not None and requirement.interface not in modules:
                raise TypeError(
                    f"{tool.name} requires {requirement}, and no module of the project imports `{requirement.interface}` "
                    f"plainly, as in `from usher_sdk import {requirement.interface}`"
                )


def report(fault: BaseException) -> str:
    """A fault with its traceback, without the frames of this package that stand before the tool's."""
    fault.__traceback__ = _beyond_sdk(fault.__traceback__)
    account = traceback.TracebackException.from_exception(fault)
    _leave_out_columns(account)
    return "".join(account.format()).rstrip()


def _leave_out_columns(account: traceback.TracebackException) -> None:
    """Lines are enough. To underline the part of a line that failed, Python parses it, which traps in a component."""
    for frame in account.stack:
        frame.end_lineno = frame.colno = frame.end_colno = None
    for other in (account.__cause__, account.__context__, *(account.exceptions or ())):
        if other is not None:
            _leave_out_columns(other)


def _beyond_sdk(frames: TracebackType | None) -> TracebackType | None:
    own = frames
    while own is not None and str(own.tb_frame.f_globals.get("__name__", "")).startswith("usher_sdk"):
        own = own.tb_next
    # A fault of the SDK itself shows all.
    return own or frames
