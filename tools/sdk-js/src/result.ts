// Results that are more than one object.

import type { ContentBlock } from "./host/types.ts";

/**
 * A result that is put together from content blocks (`usher-sdk/content`) and, if wanted, structured content, whose type is
 * the tool's output schema.
 *
 * A tool that only has structured content returns its object, and one that only has text a string.
 */
export class ToolResult<Structured = undefined> {
  readonly content: ContentBlock[];
  readonly structured: Structured;
  /** MCP's `_meta`. */
  readonly meta: Record<string, unknown> | undefined;

  constructor(
    parts: { content: ContentBlock[]; meta?: Record<string, unknown> } & (Structured extends undefined
      ? { structured?: undefined }
      : { structured: Structured }),
  ) {
    this.content = parts.content;
    this.structured = parts.structured as Structured;
    this.meta = parts.meta;
  }
}
