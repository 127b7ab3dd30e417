/**
 * Content blocks: the pieces of a {@link "result".ToolResult | ToolResult}.
 *
 * @module
 */

import type { Annotations, Content, ContentBlock } from "./host/types.ts";

export type { Annotations, ContentBlock } from "./host/types.ts";

/** Text for the model. */
export function text(text: string): ContentBlock {
  return block({ tag: "text", val: text });
}

/** A picture, with its MIME type. */
export function image(data: Uint8Array, mimeType: string): ContentBlock {
  return block({ tag: "image", val: { data, mimeType } });
}

/** A recording, with its MIME type. */
export function audio(data: Uint8Array, mimeType: string): ContentBlock {
  return block({ tag: "audio", val: { data, mimeType } });
}

/** A link to a resource that the client may read later. */
export function resourceLink(uri: string, name: string): ContentBlock {
  return block({ tag: "resource-link", val: { uri, name } });
}

/** A resource's text or bytes, sent along. */
export function embedded(uri: string, mimeType: string, data: string | Uint8Array): ContentBlock {
  const held = typeof data === "string" ? ({ tag: "text", val: data } as const) : ({ tag: "blob", val: data } as const);
  return block({ tag: "embedded-resource", val: { uri, mimeType, data: held } });
}

/** The same block, with hints for whom it is, how important and how new. */
export function annotated(content: ContentBlock, annotations: Partial<Annotations>): ContentBlock {
  return { ...content, options: { ...content.options, annotations: { audience: [], ...annotations } } };
}

function block(content: Content): ContentBlock {
  return { content };
}
