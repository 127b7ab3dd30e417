import assert from "node:assert/strict";
import { test } from "node:test";

import { schemas, wrong } from "./projects.ts";

const MANY = `
  /** What to look for. */
  interface Search {
    /**
     * A word.
     * @minLength 1
     * @maxLength 20
     * @pattern ^\\w+$
     */
    word: string;
    /** Where. */
    colours: Colour[];
    /**
     * At most so many.
     * @integer
     * @minimum 1
     * @maximum 100
     * @default 50
     */
    limit?: number;
    /** Since when. */
    since?: Day | null;
    colour: Colour | null;
    exact: boolean;
    within?: Search;
    near: readonly { x: number; y: number }[];
    pair: [string, number];
    by: Record<string, number>;
    anything: unknown;
    either: { a: string } | { b: number };
  }
  type Colour = "red" | "green" | "blue";
  /** A day. @format date */
  type Day = string;
  /** Searches. */
  export const search = tool({}, (input: Search): { found: Tree } => ({ found: { children: [] } }));
  interface Tree { children: Tree[] }
`;

test("an input schema says all that the type says", async () => {
  const { input } = await schemas(MANY);
  assert.equal(input.type, "object");
  assert.equal(input.description, "What to look for.");
  assert.equal(input.additionalProperties, false);
  assert.deepEqual(input.required, ["word", "colours", "colour", "exact", "near", "pair", "by", "anything", "either"]);
  const colours = ["red", "green", "blue"];
  assert.deepEqual(input.properties, {
    word: { description: "A word.", type: "string", minLength: 1, maxLength: 20, pattern: "^\\w+$" },
    colours: { description: "Where.", type: "array", items: { type: "string", enum: colours } },
    limit: { description: "At most so many.", type: "integer", minimum: 1, maximum: 100, default: 50 },
    since: { description: "Since when.", type: "string", format: "date" },
    colour: { type: ["string", "null"], enum: [...colours, null] },
    exact: { type: "boolean" },
    within: { $ref: "#" },
    near: {
      type: "array",
      items: {
        type: "object",
        properties: { x: { type: "number" }, y: { type: "number" } },
        required: ["x", "y"],
        additionalProperties: false,
      },
    },
    pair: { type: "array", prefixItems: [{ type: "string" }, { type: "number" }], items: false, minItems: 2 },
    by: { type: "object", properties: {}, additionalProperties: { type: "number" } },
    anything: {},
    either: {
      anyOf: [
        { type: "object", properties: { a: { type: "string" } }, required: ["a"], additionalProperties: false },
        { type: "object", properties: { b: { type: "number" } }, required: ["b"], additionalProperties: false },
      ],
    },
  });
});

test("types that contain themselves are defined once", async () => {
  const { output } = await schemas(MANY);
  assert.deepEqual(output?.properties.found, { $ref: "#/$defs/Tree" });
  assert.equal(output?.additionalProperties, undefined);
  assert.deepEqual(output?.$defs.Tree.properties.children, { type: "array", items: { $ref: "#/$defs/Tree" } });
});

test("a tool without arguments takes none", async () => {
  const { input, output } = await schemas("/** Says hello. */ export const hello = tool({}, () => 'Hello');");
  assert.deepEqual(input, { type: "object", properties: {}, additionalProperties: false });
  assert.equal(output, null);
});

test("a result's schema is that of what is structured", async () => {
  const tools = {
    "(): ToolResult<{ n: number }> => new ToolResult({ content: [], structured: { n: 1 } })": true,
    "(): { n: number } | Questions => new Questions({})": true,
    "(): ToolResult => new ToolResult({ content: [] })": false,
    "(): void => {}": false,
  };
  for (const [run, structured] of Object.entries(tools)) {
    const { output } = await schemas(`/** Counts. */ export const count = tool({}, ${run});`);
    assert.deepEqual(output?.properties, structured ? { n: { type: "number" } } : undefined, run);
  }
});

test("types may be written as JSDoc", async () => {
  const { input } = await schemas(
    `
    /**
     * @typedef {object} Note
     * @property {string} text What to remember.
     * @property {number} [weight]
     */
    /** Adds a note. */
    export const add = tool({}, /** @param {Note} note */ (note) => note.text);
    `,
    "js",
  );
  assert.deepEqual(input.properties, {
    text: { description: "What to remember.", type: "string" },
    weight: { type: "number" },
  });
  assert.deepEqual(input.required, ["text"]);
});

test("errors when a type isn't JSON's, with the path to it and what to write", async () => {
  const refused = async (member: string, expected: RegExp) =>
    assert.match(await wrong(`/** Adds. */ export const add = tool({}, (input: { ${member} }) => "");`), expected);
  await refused("when: Date", /^src\/index\.ts\(\d+,\d+\): error: input\.when: JSON has no Date; write a string with `@format date`/);
  await refused("rows: { by: Map<string, string> }[]", /input\.rows\[\]\.by: JSON has no Map; write Record/);
  await refused("run: () => void", /input\.run: JSON has no functions/);
  await refused("big: bigint", /input\.big: JSON has no bigint/);
  await refused("what: any", /input\.what: `any` says nothing/);
});

test("errors when a tag is misspelt or doesn't fit", async () => {
  const refused = async (tag: string, expected: RegExp) =>
    assert.match(await wrong(`/** Adds. */ export const add = tool({}, (input: {\n/** ${tag} */\ntext: string }) => "");`), expected);
  await refused("@minLenght 3", /input\.text: there is no tag @minLenght; there are @minLength/);
  await refused("@minLength three", /input\.text: @minLength takes a whole number/);
  await refused("@minimum 3", /input\.text: @minimum is for a number/);
  await refused("@default Milk", /input\.text: @default takes a JSON value/);
});

test("errors when a tool says nothing of itself, waits, or takes no object", async () => {
  assert.match(await wrong("export const add = tool({}, () => '');"), /the tool add has no doc comment/);
  assert.match(await wrong("/** Adds. */ export const add = tool({}, async () => '');"), /a tool can't be async/);
  assert.match(await wrong("/** Adds. */ export const add = tool({}, (input: string) => '');"), /arguments are an object/);
  assert.match(await wrong("export const none = 1;"), /it exports no tool/);
});

test("errors when types are wrong, in the compiler's words", async () => {
  assert.match(await wrong("/** Adds. */ export const add = tool({ readonly: true }, () => '');"), /^src\/index\.ts\(\d+,\d+\): error TS2561/);
  assert.match(await wrong("/** Adds. */ export const add = tool({}, () => process.cwd());"), /error TS25(80|91).*process/);
});
