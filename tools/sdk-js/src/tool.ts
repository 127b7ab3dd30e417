// What makes a function a tool.

import { Context } from "./context.ts";
import type { Requirement } from "./host/types.ts";

/** What may be said about a tool. Its name, description and schemas come from its export, doc comment and types. */
export interface ToolOptions {
  /** A name for people. */
  title?: string;
  /** The tool's name. Default: the name of the export, `addNote` as `add_note`. */
  name?: string;
  /** It changes nothing. MCP's default: false. */
  readOnly?: boolean;
  /** It may destroy or overwrite. MCP's default: true. */
  destructive?: boolean;
  /** Twice the same call does no more than once. MCP's default: false. */
  idempotent?: boolean;
  /** It deals with a world that isn't closed, such as the web. MCP's default: true. */
  openWorld?: boolean;
  /** It may take minutes: the host offers it as a task to clients that know tasks. */
  longRunning?: boolean;
  /** An `https:` URL or a `data:` URI. */
  icon?: string;
  /** What it needs, and therefore the most that it gets: a use beyond it is refused. It grants nothing by itself. */
  requires?: Requires;
}

/**
 * What a tool needs. A path is a template: `{name}` stands for a segment or a part of one, as in
 * `PUT /me/drive/root:/{file}:/content`.
 */
export interface Requires {
  /** Containers of `usher-sdk/my-documents`, to read. */
  myDocuments?: readonly string[];
  /** Containers of `usher-sdk/my-documents-write`, to write. */
  myDocumentsWrite?: readonly string[];
  /** Containers of `usher-sdk/all-documents`, to read. */
  allDocuments?: readonly string[];
  /** Containers of `usher-sdk/shared-documents`, to read. */
  sharedDocuments?: readonly string[];
  /** Containers of `usher-sdk/shared-documents-write`, to write. */
  sharedDocumentsWrite?: readonly string[];
  /** To ask `usher-sdk/graph` about the caller's groups. */
  graphMemberships?: boolean;
  /** Requests of `usher-sdk/graph`: paths below `/v1.0`, without a query. */
  graph?: readonly `/${string}`[];
  /** Requests of `usher-sdk/graph-write`: methods and paths below `/v1.0`. */
  graphWrite?: readonly `${"POST" | "PUT" | "PATCH" | "DELETE"} /${string}`[];
  /** Origins of `usher-sdk/http`: neither a path nor a user. */
  http?: readonly (`https://${string}` | `http://${string}`)[];
  /** The client can be asked for all of these. */
  client?: readonly (
    | "elicitationForm"
    | "elicitationUrl"
    | "sampling"
    | "samplingTools"
    | "roots"
    | "tasks"
    | "apps"
  )[];
}

/** A tool. Called in a test, it does what its function does. */
export interface Tool<Input, Output> {
  (...values: unknown extends Input ? [input?: object, context?: Context] : [input: Input, context?: Context]): Output;
  readonly options: ToolOptions;
}

/**
 * Makes a function a tool. It must be exported from the entry module, under a doc comment that says what it does and when to
 * use it, for the model.
 *
 * `run` takes the arguments, whose type is the tool's input schema, and if it likes the call's {@link Context}. What it
 * returns is the result:
 *
 * - an object is structured content, and its type is the tool's output schema;
 * - a `string` is text for the model, and nothing is nothing;
 * - a {@link "result".ToolResult | ToolResult} is any content, with structured content or without;
 * - {@link "questions".Questions | Questions} are for the person, whose answers come with the next round.
 *
 * It may throw a {@link "error".ToolError | ToolError}. It can't be `async`: capabilities answer before they return.
 */
export function tool<Input, Output>(
  options: ToolOptions,
  run: (input: Input, context: Context) => Output,
): Tool<Input, Output> {
  const call = (input: Input, context?: Context): Output =>
    run(input ?? ({} as Input), context ?? Context.firstRound());
  return Object.assign(call as Tool<Input, Output>, { options });
}

/** The wishes of a tool as the contract says them. */
export function requirements(requires: Requires): Requirement[] {
  const named = (tag: Exclude<Requirement["tag"], "client" | "graph-memberships">, values: readonly string[] = []) =>
    values.map((val): Requirement => ({ tag, val }));
  const list: Requirement[] = [
    ...named("my-documents", requires.myDocuments),
    ...named("my-documents-write", requires.myDocumentsWrite),
    ...named("all-documents", requires.allDocuments),
    ...named("shared-documents", requires.sharedDocuments),
    ...named("shared-documents-write", requires.sharedDocumentsWrite),
    ...named("graph", requires.graph),
    ...named("graph-write", requires.graphWrite),
    ...named("http", requires.http),
  ];
  if (requires.graphMemberships === true) list.push({ tag: "graph-memberships" });
  if (requires.client !== undefined && requires.client.length > 0) {
    list.push({ tag: "client", val: Object.fromEntries(requires.client.map((one) => [one, true])) });
  }
  return list;
}
