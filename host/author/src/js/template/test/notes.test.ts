import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { failure, forget, host, page } from "usher-sdk/testing";

import { addNote, listNotes } from "../src/index.ts";

afterEach(forget);

test("a note is stored as it was written", () => {
  const stored: string[] = [];
  host({
    "my-documents-write": {
      create: (container, body) => {
        stored.push(container, body);
        return { id: "1", etag: "e" };
      },
    },
  });
  assert.deepEqual(addNote({ text: "Milk" }), { id: "1" });
  assert.deepEqual(stored, ["notes", '{"text":"Milk"}']);
});

test("what is stored is listed", () => {
  host({ "my-documents": { query: () => page([{ id: "1", text: "Milk" }]) } });
  assert.deepEqual(listNotes(), { notes: [{ id: "1", text: "Milk" }] });
});

test("errors when the store can't be reached", () => {
  host({
    "my-documents": {
      query: () => {
        throw failure({ tag: "unavailable" });
      },
    },
  });
  assert.throws(() => listNotes(), { kind: "unavailable" });
});
