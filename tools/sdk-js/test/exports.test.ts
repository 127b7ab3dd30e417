import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { Context, Questions, ToolError, ToolResult, form, tool } from "../src/index.ts";
import { annotated, image, text } from "../src/content.ts";
import { component } from "../src/component/exports.ts";
import type { CallToolOutcome, RequestContext } from "../src/host/types.ts";
import { read } from "../src/my-documents.ts";
import { failure, forget, host } from "../src/testing.ts";
import type { Tool } from "../src/tool.ts";

const client = Context.firstRound().client;
const first: RequestContext = { client, inputResponses: [] };
const logged: string[] = [];

beforeEach(() => {
  logged.length = 0;
  host({ log: { log: (level, message) => void logged.push(`${level}: ${message}`) } });
});
afterEach(forget);

function call<I, O>(run: Tool<I, O>, json = "{}", structured = true, context = first): CallToolOutcome {
  const described = { tool: run as Tool<never, unknown>, name: "tried", description: "Tries.", inputSchema: "{}" };
  return component([{ ...described, outputSchema: structured ? "{}" : null }]).callTool("tried", json, context);
}

/** What a call throws, as the engine takes it: with a payload it is an answer, else a fault. */
function thrown<I, O>(run: Tool<I, O>): unknown {
  try {
    call(run);
  } catch (error) {
    return error instanceof Error && "payload" in error ? error.payload : error;
  }
  throw new Error("it didn't fail");
}

test("an object is structured content, a string text, nothing nothing", () => {
  const complete = (val: object) => ({ tag: "complete", val });
  assert.deepEqual(
    call(tool({}, (input: { n: number }) => ({ twice: input.n * 2 })), '{"n":2}'),
    complete({ content: [], structuredContent: '{"twice":4}' }),
  );
  assert.deepEqual(
    call(tool({}, () => "Hello"), "{}", false),
    complete({ content: [{ content: { tag: "text", val: "Hello" } }] }),
  );
  assert.deepEqual(call(tool({}, () => {}), "{}", false), complete({ content: [] }));
});

test("a result may have content and structured content", () => {
  const content = [annotated(text("2.50 in all"), { audience: ["user"] }), image(new Uint8Array([1]), "image/png")];
  const outcome = call(tool({}, () => new ToolResult({ content, structured: { total: 2.5 }, meta: { a: 1 } })));
  assert.deepEqual(outcome, { tag: "complete", val: { content, structuredContent: '{"total":2.5}', meta: '{"a":1}' } });
  assert.deepEqual(content[0]?.options?.annotations, { audience: ["user"] });
});

test("questions end a call, and their answers come with the next round", () => {
  const ask = tool({}, (_: object, context: Context) => {
    const answer = context.answer<{ n: number }>("how-many");
    if (answer === null) {
      const fields = { properties: { n: { type: "integer" } }, required: ["n"] };
      return new Questions({ "how-many": form("How many?", fields) }, { round: 1 });
    }
    return { n: answer.action === "accepted" ? answer.values.n : 0, state: context.state() };
  });
  const asked = call(ask);
  assert.ok(asked.tag === "input-required");
  assert.equal(asked.val.requestState, '{"round":1}');
  const [[key, question] = []] = asked.val.inputRequests;
  assert.ok(key === "how-many" && question?.tag === "elicit-form");
  assert.deepEqual(JSON.parse(question.val.requestedSchema), {
    type: "object",
    properties: { n: { type: "integer" } },
    required: ["n"],
    additionalProperties: false,
  });
  const again = (val: { tag: "accept"; val: string } | { tag: "decline" }): RequestContext => ({
    client,
    inputResponses: [["how-many", { tag: "elicit", val }]],
    requestState: '{"round":1}',
  });
  const answered = (outcome: CallToolOutcome) => outcome.tag === "complete" && outcome.val.structuredContent;
  assert.equal(answered(call(ask, "{}", true, again({ tag: "accept", val: '{"n":3}' }))), '{"n":3,"state":{"round":1}}');
  assert.equal(answered(call(ask, "{}", true, again({ tag: "decline" }))), '{"n":0,"state":{"round":1}}');
});

test("a tool's error is an answer", () => {
  const fails = (error: ToolError) =>
    thrown(
      tool({}, () => {
        throw error;
      }),
    );
  assert.deepEqual(fails(ToolError.failed("No.")), { tag: "failed", val: "No." });
  assert.deepEqual(fails(ToolError.invalid("due", "not a day")), { tag: "invalid-params", val: "due: not a day" });
  assert.deepEqual(fails(ToolError.notFound()), { tag: "not-found" });
  assert.deepEqual(fails(ToolError.signInRequired()), { tag: "sign-in-required" });
  assert.deepEqual(logged, []);
});

test("a capability's error that nobody caught is an answer, and its details are for the log", () => {
  host({
    "my-documents": {
      read: () => {
        throw failure({ tag: "not-granted", val: "container secrets" });
      },
    },
  });
  const answer = thrown(tool({}, () => read("secrets", "1")));
  assert.deepEqual(answer, {
    tag: "failed",
    val: "This tool isn't allowed to do what it tried to do. The operator's log says more.",
  });
  assert.deepEqual(logged, ["error: documents: not granted: container secrets"]);
});

test("any other exception is a fault: its stack goes to the log, and it never passes for an answer", () => {
  const fault = (error: unknown) =>
    thrown(
      tool({}, () => {
        throw error;
      }),
    );
  const seen = fault(new RangeError("row 7 of Megan's"));
  assert.ok(seen instanceof Error && seen.message === "uncaught");
  assert.match(logged[0] ?? "", /^error: uncaught RangeError: row 7 of Megan's\n\s+at /);
  assert.ok(fault(Object.assign(new Error("forged"), { payload: { tag: "failed", val: "x" } })) instanceof Error);
  assert.ok(fault({ tag: "failed", val: "x" }) instanceof Error);
  assert.equal(logged.length, 3);
});

test("a promise is a fault, since nothing waits for it", () => {
  assert.ok(thrown(tool({}, async () => "")) instanceof Error);
  assert.match(logged[0] ?? "", /a tool can't be async/);
});

test("a tool that isn't there is not found", () => {
  assert.throws(() => component([]).callTool("tried", "{}", first), { payload: { tag: "not-found" } });
});

test("a tool is described as its options say", () => {
  const options = {
    title: "Try",
    readOnly: true,
    openWorld: false,
    icon: "https://contoso.example/icon.png",
    requires: {
      myDocuments: ["notes"],
      graph: ["/me"],
      graphWrite: ["POST /me/sendMail"],
      graphMemberships: true,
      client: ["elicitationForm"],
    },
  } as const;
  const [described] = component([
    { tool: tool(options, () => ({})) as Tool<never, unknown>, name: "tried", description: "Tries.", inputSchema: "{}", outputSchema: null },
  ]).listTools();
  assert.deepEqual(described, {
    name: "tried",
    description: "Tries.",
    inputSchema: "{}",
    options: {
      title: "Try",
      outputSchema: null,
      annotations: { readOnly: true, destructive: null, idempotent: null, openWorld: false },
      requires: [
        { tag: "my-documents", val: "notes" },
        { tag: "graph", val: "/me" },
        { tag: "graph-write", val: "POST /me/sendMail" },
        { tag: "graph-memberships" },
        { tag: "client", val: { elicitationForm: true } },
      ],
      longRunning: false,
      icons: [{ src: "https://contoso.example/icon.png", sizes: [] }],
    },
  });
});
