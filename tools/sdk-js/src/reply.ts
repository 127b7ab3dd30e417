// From what a tool's function returns to how the contract says it.

import type { CallToolOutcome } from "./host/types.ts";
import { Questions } from "./questions.ts";
import { ToolResult } from "./result.ts";

/** How the call ends. `structured`: the tool has an output schema. */
export function outcome(returned: unknown, structured: boolean): CallToolOutcome {
  if (returned instanceof Questions) {
    const { requests, state } = returned;
    const requestState = state === undefined ? null : toJson(state);
    return { tag: "input-required", val: { inputRequests: Object.entries(requests), requestState } };
  }
  if (returned instanceof ToolResult) {
    const { content, structured: held, meta } = returned as ToolResult<unknown>;
    const structuredContent = held === undefined ? null : toJson(held);
    return { tag: "complete", val: { content, structuredContent, meta: meta === undefined ? null : toJson(meta) } };
  }
  if (typeof returned === "object" && returned !== null && "then" in returned) {
    throw new TypeError("a tool can't be async: nothing waits for what it promised");
  }
  if (!structured) {
    const content = typeof returned === "string" ? [{ content: { tag: "text", val: returned } as const }] : [];
    return { tag: "complete", val: { content } };
  }
  return { tag: "complete", val: { content: [], structuredContent: toJson(returned) } };
}

function toJson(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError("the tool's result can't be written as JSON");
  return json;
}
