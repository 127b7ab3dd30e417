import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import * as graph from "../src/graph.ts";
import * as graphWrite from "../src/graph-write.ts";
import * as http from "../src/http.ts";
import * as myDocuments from "../src/my-documents.ts";
import * as myDocumentsWrite from "../src/my-documents-write.ts";
import { answer, failure, forget, host, page } from "../src/testing.ts";
import { decode, encode } from "../src/utf8.ts";

afterEach(forget);

/** Ten rows, two a page unless asked for fewer. */
function ten(asked: (number | null | undefined)[] = []): void {
  host({
    "my-documents": {
      query: (_container, _text, _parameters, options) => {
        asked.push(options?.maxItems);
        const start = Number(options?.continuation ?? 0);
        const end = Math.min(start + Math.min(options?.maxItems ?? 2, 2), 10);
        return page([...Array(end - start).keys()].map((at) => start + at), end < 10 ? String(end) : null);
      },
    },
  });
}

test("a query follows the pages to the end, and never gives more than its limit", () => {
  ten();
  const rows = (limit: number) => myDocuments.query<number>("c", "", { limit });
  assert.equal(rows(100).length, 10);
  assert.equal(rows(Number.POSITIVE_INFINITY).length, 10);
  assert.deepEqual(rows(5), [0, 1, 2, 3, 4]);
  assert.deepEqual(rows(0), []);
});

test("a query asks for no more than is missing", () => {
  const asked: (number | null | undefined)[] = [];
  ten(asked);
  myDocuments.query("c", "", { limit: 3 });
  myDocuments.query("c", "", { limit: Number.POSITIVE_INFINITY, maxItems: 1 });
  assert.deepEqual(asked.slice(0, 3), [3, 1, 1]);
});

test("a page goes on where the last one ended", () => {
  ten();
  const first = myDocuments.queryPage<number>("c", "");
  assert.deepEqual(myDocuments.queryPage("c", "", { continuation: first.continuation }).items, [2, 3]);
});

test("parameters are JSON whatever is in them", () => {
  let sent = "";
  host({ "my-documents": { query: (_c, _t, parameters) => ((sent = parameters), page([])) } });
  myDocuments.query("c", "", { parameters: { "@a": '"; DROP', "@b": 1.5 }, limit: 1 });
  assert.deepEqual(JSON.parse(sent), { "@a": '"; DROP', "@b": 1.5 });
});

test("a failure is an error of its kind", () => {
  host({
    "my-documents": {
      read: () => {
        throw failure({ tag: "throttled", val: 1200 });
      },
    },
    "my-documents-write": {
      transact: () => {
        throw failure({ index: 1, error: { tag: "conflict" } });
      },
    },
  });
  assert.throws(() => myDocuments.read("c", "1"), { name: "DocumentsError", kind: "throttled", retryAfter: 1200 });
  assert.throws(() => myDocumentsWrite.transact("c", []), { kind: "conflict", index: 1 });
});

test("a busy store says when to come back", () => {
  const { message } = new myDocuments.DocumentsError({ tag: "throttled", val: 1200 }).answer();
  assert.equal(message, "There is too much to do at the moment. Try again in 2 s.");
});

test("writes cross as the contract says them", () => {
  const crossed: unknown[] = [];
  host({
    "my-documents-write": {
      patch: (...values) => (crossed.push(values), { id: "1", etag: "e" }),
      transact: (...values) => (crossed.push(values), []),
    },
  });
  myDocumentsWrite.patch("c", "1", [{ op: "set", path: "/a", value: [1] }, { op: "move", from: "/b", path: "/c" }], { ifMatch: "e" });
  myDocumentsWrite.transact("c", [{ op: "create", body: { a: 1 } }, { op: "delete", id: "2" }]);
  assert.deepEqual(crossed, [
    [
      "c",
      "1",
      [
        { tag: "set", val: { path: "/a", value: "[1]" } },
        { tag: "move", val: { fromPath: "/b", path: "/c" } },
      ],
      { ifMatch: "e", condition: null },
    ],
    ["c", [{ tag: "create", val: '{"a":1}' }, { tag: "delete", val: { id: "2", ifMatch: null } }]],
  ]);
});

test("a request has its body with its type", () => {
  const requests: { contentType?: string | undefined; text: string | null }[] = [];
  host({
    "graph-write": {
      send: ({ body }) => (requests.push({ contentType: body?.contentType, text: body ? decode(body.data) : null }), answer(202)),
    },
    http: { send: ({ headers, body }) => ({ status: 200, headers, body: body ?? new Uint8Array() }) },
  });
  graphWrite.post("/me/events", { json: { subject: "Zoë" } });
  graphWrite.put("/me/x", { body: "hi", contentType: "text/plain" });
  graphWrite.delete("/me/x");
  assert.deepEqual(requests, [
    { contentType: "application/json", text: '{"subject":"Zoë"}' },
    { contentType: "text/plain", text: "hi" },
    { contentType: undefined, text: null },
  ]);
  const response = http.post("https://contoso.example", { headers: { accept: "*/*" }, json: 1 });
  assert.deepEqual([response.header("content-type"), response.header("date"), response.text()], ["application/json", null, "1"]);
});

test("side by side, each request has its own answer or error", () => {
  host({ graph: { getAll: () => [{ tag: "ok", val: answer(200, [1]) }, { tag: "err", val: { tag: "sign-in-required" } }] } });
  const [one, other] = graph.getAll([{ path: "/me" }, { path: "/me/events" }]);
  assert.ok(one instanceof graph.ServiceResponse && other instanceof graph.ServiceError);
  assert.deepEqual(one.json(), [1]);
  assert.deepEqual(other.answer().payload, { tag: "sign-in-required" });
});

test("only a success is a success, and the body of what isn't is not quoted", () => {
  const get = (status: number) => {
    host({ graph: { get: () => answer(status, "salary") } });
    return graph.get("/me");
  };
  for (const status of [200, 202, 299]) assert.equal(get(status).success().status, status);
  for (const status of [199, 302, 304, 400, 401, 403, 404, 409, 413, 423, 429, 500, 999]) {
    assert.throws(() => get(status).success(), (error: Error) => error.name === "ToolError" && !error.message.includes("salary"), `${status}`);
  }
  host({ http: { send: () => ({ status: 429, headers: [["retry-after", "30"]], body: new Uint8Array() }) } });
  assert.throws(() => http.get("https://contoso.example").success(), { message: /Try again in 30 s\./ });
});

test("text crosses as UTF-8", () => {
  const texts = ["", "plain", "Zoë 100 %", "€ 😀", "\u0000\u007f\u0080", "x".repeat(10_000)];
  for (const text of texts) {
    assert.deepEqual(encode(text), new TextEncoder().encode(text));
    assert.equal(decode(encode(text)), text);
  }
  assert.deepEqual(encode("\ud800"), new TextEncoder().encode("\ud800"));
  assert.equal(decode(new Uint8Array([0xff])), null);
});

test("a capability exists in a host only, and says so", () => {
  assert.throws(() => graph.get("/me"), /graph\.get: a capability exists in a host only.*host\(\{ "graph": \{ get: … \} \}\)/);
});
