// Asking the person in the middle of a call.
//
// A tool that needs an answer returns its questions and ends; nobody waits in it. When the answers are there, the host calls
// it again, with the same arguments, and the tool finds the answers and its own state in the context. MCP:
// `InputRequiredResult`.

import type { InputRequest } from "./host/types.ts";

/** The fields of a form by their names: flat JSON Schemas of strings, numbers, booleans and enums. */
export interface Form {
  properties: Record<string, Record<string, unknown>>;
  required?: string[];
}

/** One thing to ask. */
export type Question = InputRequest;

/** Has the person fill in a form. Never for passwords. */
export function form(message: string, fields: Form): Question {
  const schema = { type: "object", ...fields, additionalProperties: false };
  return { tag: "elicit-form", val: { message, requestedSchema: JSON.stringify(schema) } };
}

/** Has the person visit a page. The URL is `https:` and holds no secrets. */
export function page(message: string, url: string): Question {
  return { tag: "elicit-url", val: { message, url } };
}

/**
 * What to ask, each under a key of the tool's choosing, and what the next round needs to know. The client holds that state,
 * sealed and encrypted, so keep it small. Ask only what `context.client` says that the client can do, or declare it:
 * `requires: { client: ["elicitationForm"] }`.
 */
export class Questions {
  readonly requests: Record<string, Question>;
  readonly state: unknown;

  constructor(requests: Record<string, Question>, state?: unknown) {
    this.requests = requests;
    this.state = state;
  }
}
