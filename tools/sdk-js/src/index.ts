/**
 * Write a tool as a function.
 *
 * A component is a project whose entry module (`main` of its package.json) exports what {@link tool} makes of functions.
 * What comes in is a call's arguments, what goes out is its result, and what the author writes is what happens between:
 *
 * ```ts
 * import { tool } from "usher-sdk";
 * import * as myDocumentsWrite from "usher-sdk/my-documents-write";
 *
 * interface NewNote {
 *   /**
 *    * What to remember.
 *    * @minLength 1
 *    * @maxLength 500
 *    *\/
 *   text: string;
 * }
 *
 * interface Stored {
 *   /** The note's id. *\/
 *   id: string;
 * }
 *
 * /** Remembers a note of the person who is signed in. *\/
 * export const addNote = tool(
 *   { title: "Add note", destructive: false, openWorld: false, requires: { myDocumentsWrite: ["notes"] } },
 *   (input: NewNote): Stored => ({ id: myDocumentsWrite.create("notes", { text: input.text }).id }),
 * );
 * ```
 *
 * The build reads the types: `NewNote` is the tool's input schema and `Stored` its output schema, doc comments are
 * descriptions, and tags set bounds. The README lists them.
 *
 * Capabilities are modules, one for each import of the contract: `usher-sdk/my-documents`, `usher-sdk/graph` and so on. A
 * component imports the functions that it uses and no others, so what it can do at most can be read off it. `log` is
 * always among them, for exceptions that nobody caught.
 *
 * Everything here is synchronous: a capability answers before it returns. Nothing of one call is left for the next.
 *
 * @module
 */

export { Context, type Answer } from "./context.ts";
export { ToolError } from "./error.ts";
export { Questions, form, page, type Form, type Question } from "./questions.ts";
export { ToolResult } from "./result.ts";
export { tool, type Requires, type Tool, type ToolOptions } from "./tool.ts";
