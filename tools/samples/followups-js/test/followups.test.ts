import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { ToolError } from "usher-sdk";
import { answer, failure, forget, host, item, page } from "usher-sdk/testing";

import { isDay } from "../src/day.ts";
import { addFollowUp, finishFollowUp, listFollowUps, mailFollowUps } from "../src/index.ts";

afterEach(forget);

const MILK = { id: "m", subject: "Milk", due: "2026-12-01", about: null };
const BREAD = { id: "b", subject: "Bread", due: "2026-12-01", about: "Rye" };
const TAXES = { id: "t", subject: "Taxes", due: "2026-11-30" };

const me = () => answer(200, { mail: null, userPrincipalName: "megan@contoso.example" });

test("a day is one that the calendar has", () => {
  for (const day of ["2026-11-23", "2028-02-29", "0001-01-01", "9999-12-31"]) assert.ok(isDay(day), day);
  for (const text of ["2026-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "26-01-01", "tomorrow", "2026-11-23T00:00:00Z", ""]) {
    assert.ok(!isDay(text), text);
  }
});

test("what is noted is stored as it was said", () => {
  const stored: string[] = [];
  host({
    "my-documents-write": {
      create: (container, body) => {
        stored.push(container, body);
        return { id: "1", etag: "e" };
      },
    },
  });
  assert.deepEqual(addFollowUp({ subject: "Milk", due: "2026-12-01" }), { id: "1" });
  assert.deepEqual(stored, ["follow-ups", '{"subject":"Milk","due":"2026-12-01","about":null}']);
});

test("errors when a day isn't one, before anything is reached", () => {
  const invalid = (argument: string) => (error: unknown) =>
    error instanceof ToolError && error.message === `${argument}: not a day of the calendar`;
  assert.throws(() => addFollowUp({ subject: "Milk", due: "2026-02-30" }), invalid("due"));
  assert.throws(() => listFollowUps({ until: "soon" }), invalid("until"));
});

test("the most urgent comes first, and of one day by the subject", () => {
  host({ "my-documents": { query: () => page([MILK, BREAD, TAXES]) } });
  assert.deepEqual(listFollowUps({}), { follow_ups: [{ ...TAXES, about: null }, BREAD, MILK] });
});

test("only what is due by then is asked for", () => {
  let parameters = "";
  host({
    "my-documents": {
      query: (_container, _text, values) => {
        parameters = values;
        return page([]);
      },
    },
  });
  listFollowUps({ until: "2026-12-01" });
  assert.equal(parameters, '{"@until":"2026-12-01"}');
});

test("what is finished is gone", () => {
  const deleted: string[] = [];
  host({
    "my-documents": { read: () => item(MILK) },
    "my-documents-write": { delete: (_container, id) => void deleted.push(id) },
  });
  assert.deepEqual(finishFollowUp({ id: "m" }), { finished: "Milk" });
  assert.deepEqual(deleted, ["m"]);
});

test("errors when there is no such follow-up", () => {
  host({
    "my-documents": {
      read: () => {
        throw failure({ tag: "not-found" });
      },
    },
  });
  assert.throws(() => finishFollowUp({ id: "x" }), { message: "There is no follow-up with this id." });
});

test("mail goes to the person and to nobody else", () => {
  const sent: string[] = [];
  host({
    "my-documents": { query: () => page([MILK, TAXES]) },
    graph: { get: me },
    "graph-write": {
      send: ({ method, path, body }) => {
        sent.push(`${method} ${path}`, new TextDecoder().decode(body?.data));
        return answer(202);
      },
    },
  });
  assert.deepEqual(mailFollowUps(), { to: "megan@contoso.example", count: 2 });
  assert.equal(sent[0], "post /me/sendMail");
  assert.deepEqual(JSON.parse(sent[1] ?? ""), {
    message: {
      subject: "2 follow-ups",
      body: { contentType: "Text", content: "2026-11-30  Taxes\n2026-12-01  Milk" },
      toRecipients: [{ emailAddress: { address: "megan@contoso.example" } }],
    },
    saveToSentItems: false,
  });
});

test("no mail is sent of nothing", () => {
  host({ "my-documents": { query: () => page([]) }, graph: { get: me } });
  assert.deepEqual(mailFollowUps(), { to: "megan@contoso.example", count: 0 });
});
