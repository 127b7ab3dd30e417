// JSON Schemas of argument and result types, as tools are listed with them.
//
// Draft 2020-12, which is what MCP reads a schema without `$schema` as. Everything is inlined, except for types that contain
// themselves. What a model writes has no properties but those of its type. A property that is optional may be left out and isn't `null`
// besides: several model providers don't take a schema with two types for one field.
//
// A type that JSON can't hold is a mistake, which is said with the path to it.

import { Writer } from "./writer.js";

/**
 * @typedef {object} Context
 * @property {import("typescript")} ts
 * @property {import("typescript").TypeChecker} checker
 * @property {import("typescript").Program} program
 * @property {string} sdk the folder of this SDK
 * @property {import("typescript").Node} at the tool
 * @property {(text: string) => void} say takes a mistake
 */

/** @typedef {Record<string, any>} Schema */

/**
 * The schema of what the model writes.
 *
 * @param {Context} context
 * @param {import("typescript").Type} type
 * @returns {Schema}
 */
export function inputSchema(context, type) {
  const { ts } = context;
  if (type.flags & ts.TypeFlags.Unknown) return { type: "object", properties: {}, additionalProperties: false };
  const schema = new Writer(context, "input").root([type]);
  if (schema.type !== "object") {
    context.say("a tool's arguments are an object: write `(input: { … }) => …`");
  }
  return schema;
}

/**
 * The schema of what a tool gives as structured content, `null` if it gives none.
 *
 * @param {Context} context
 * @param {import("typescript").Type} type
 * @returns {Schema | null}
 */
export function outputSchema(context, type) {
  const { ts, checker } = context;
  const structured = (type.isUnion() ? type.types : [type]).flatMap((one) => {
    if (isOurs(context, one, "Questions", "questions.ts")) return [];
    if (!isOurs(context, one, "ToolResult", "result.ts")) return [one];
    return checker.getTypeArguments(/** @type {import("typescript").TypeReference} */ (one)).slice(0, 1);
  });
  const nothing = ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Never;
  const held = structured.filter(({ flags }) => !(flags & nothing));
  if (held.some((one) => one.symbol?.name === "Promise")) {
    context.say("a tool can't be async: capabilities answer before they return, and nothing waits for a promise");
    return null;
  }
  if (held.every(({ flags }) => flags & ts.TypeFlags.StringLike)) return null;
  if (held.length < structured.length) {
    context.say("a tool gives a result of its type or none at all: write `null` for nothing, within an object");
  }
  return new Writer(context, "result").root(held);
}

/**
 * Whether a type is a class of this SDK.
 *
 * @param {Context} context
 * @param {import("typescript").Type} type
 * @param {string} name
 * @param {string} file
 */
function isOurs({ sdk }, type, name, file) {
  return (
    type.symbol?.name === name && type.symbol.declarations?.[0]?.getSourceFile().fileName === `${sdk}/src/${file}`
  );
}
