import assert from "node:assert/strict";
import { test } from "node:test";

import { withFunctions } from "../build/world.js";
import { imports } from "./projects.ts";

const LOG = "usher:host/log@0.1.0#log";
const tool = (body: string) => `/** Tries. */ export const tried = tool({}, () => { ${body} });`;

test("a component imports the functions that it uses and no others", async () => {
  const found = await imports(`
    import * as graph from "usher-sdk/graph";
    import * as myDocuments from "usher-sdk/my-documents";
    import * as myDocumentsWrite from "usher-sdk/my-documents-write";
    ${tool(`
      myDocuments.query("notes", "SELECT * FROM c", { limit: 1 });
      myDocumentsWrite.delete("notes", "1");
      graph.isMemberOf("g");
    `)}
  `);
  assert.deepEqual(found, [
    "usher:host/graph@0.1.0#isMemberOf",
    LOG,
    "usher:host/my-documents-write@0.1.0#delete",
    "usher:host/my-documents@0.1.0#query",
  ]);
});

test("what is imported and not used is not in the component", async () => {
  const unused = 'import * as http from "usher-sdk/http";\nexport const send = () => http.get("https://contoso.example");';
  assert.deepEqual(await imports(`${unused}\n${tool("")}`), [LOG]);
});

test("time and randomness are imported where they are asked for", async () => {
  const clock = "wazi:clocks/wall-clock@0.2.0#now";
  const random = "wazi:random/random@0.2.0#getRandomBytes";
  for (const body of ["Date.now();", "new Date();", "Date();"]) assert.deepEqual(await imports(tool(body)), [LOG, clock], body);
  for (const body of ["Math.random();", "crypto.randomUUID();"]) assert.deepEqual(await imports(tool(body)), [LOG, random], body);
  assert.deepEqual(await imports(tool('new Date(0); Date.parse("2026-11-23"); Math.max(1, 2);')), [LOG]);
  assert.deepEqual(await imports(`import "usher-sdk/clock";\n${tool("")}`), [LOG, clock]);
});

test("an interface is narrowed to functions, with its types", () => {
  const body = "\n  record item {\n    id: string,\n  }\n\n  read: func(id: string) -> item;\n\n  read-many: func(ids: list<string>) -> list<item>;";
  const narrowed = withFunctions(body, new Set(["readMany"]));
  assert.ok(narrowed.includes("record item") && narrowed.includes("read-many: func"));
  assert.ok(!narrowed.includes("read: func"));
});
