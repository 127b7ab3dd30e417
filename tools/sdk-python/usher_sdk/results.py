"""Results that are more than one value: text beside it, pictures, links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

T = TypeVar("T")

Role = Literal["user", "assistant"]
"""Who a piece of content is for."""


@dataclass(frozen=True)
class ContentAnnotations:
    """Hints for the client on how to use or show a piece of content. MCP: ``Annotations``.

    Attributes:
        audience: For whom it is. Empty: for both.
        priority: From 0 (quite optional) to 1 (indispensable).
        last_modified: When it last changed, in ISO 8601, for example ``2026-07-28T15:00:58Z``.
    """

    audience: Sequence[Role] = ()
    priority: float | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Text:
    """Plain text for the model."""

    text: str


@dataclass(frozen=True)
class Media:
    """A picture or a recording, as bytes with their MIME type."""

    kind: Literal["image", "audio"]
    data: bytes
    mime_type: str


@dataclass(frozen=True)
class ResourceLink:
    """A link to a resource that the client may read later."""

    uri: str
    name: str


@dataclass(frozen=True)
class EmbeddedResource:
    """A resource's contents, text or bytes."""

    uri: str
    mime_type: str
    data: str | bytes


Content = Text | Media | ResourceLink | EmbeddedResource


@dataclass(frozen=True)
class Block:
    """A content block."""

    content: Content
    annotations: ContentAnnotations | None = None


@dataclass
class ToolResult(Generic[T]):
    """A result that is put together from content blocks and, if wanted, structured content of type `T`::

        def chart(year: int) -> ToolResult[Totals]:
            return ToolResult(totals).text("Spent by month:").image(png, "image/png")

    A tool that only has structured content returns its dataclass, and one that only has text a ``str``. A result without
    structured content is a ``ToolResult[None]``.

    Attributes:
        structured: The structured content. Its type makes the tool's output schema.
        meta: MCP's ``_meta``.
    """

    structured: T
    meta: dict[str, Any] | None = None
    blocks: list[Block] = field(default_factory=list, init=False)

    def text(self, text: str, annotations: ContentAnnotations | None = None) -> ToolResult[T]:
        """Adds text for the model."""
        return self._add(Text(text), annotations)

    def image(self, data: bytes, mime_type: str, annotations: ContentAnnotations | None = None) -> ToolResult[T]:
        """Adds a picture, with its MIME type."""
        return self._add(Media("image", data, mime_type), annotations)

    def audio(self, data: bytes, mime_type: str, annotations: ContentAnnotations | None = None) -> ToolResult[T]:
        """Adds a recording, with its MIME type."""
        return self._add(Media("audio", data, mime_type), annotations)

    def resource_link(self, uri: str, name: str, annotations: ContentAnnotations | None = None) -> ToolResult[T]:
        """Adds a link to a resource that the client may read later. `uri` is absolute."""
        return self._add(ResourceLink(uri, name), annotations)

    def embedded_resource(
        self, uri: str, mime_type: str, data: str | bytes, annotations: ContentAnnotations | None = None
    ) -> ToolResult[T]:
        """Adds a resource's contents: its text or its bytes."""
        return self._add(EmbeddedResource(uri, mime_type, data), annotations)

    def _add(self, content: Content, annotations: ContentAnnotations | None) -> ToolResult[T]:
        self.blocks.append(Block(content, annotations))
        return self

    def _with(self, blocks: list[Block]) -> ToolResult[T]:
        self.blocks = blocks
        return self
