import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { commandLine, withProject } from "./projects.ts";

async function built(source: string): Promise<{ code: number; said: string; component: string | null }> {
  return withProject(source, "ts", async (project) => {
    const file = join(project, "tried.wasm");
    const { code, said } = await commandLine(["build", "--project", project, "--out", file]);
    return { code, said, component: existsSync(file) ? readFileSync(file, "latin1") : null };
  });
}

test("a component imports WASI's clock by its own name", async () => {
  const { code, said, component } = await built("/** Tries. */ export const tried = tool({}, () => String(Date.now()));");
  assert.equal(code, 0, said);
  assert.ok(component?.startsWith("\0asm"));
  // What the interpreter's memory still holds of the other name while it is built is nobody's import.
  assert.ok(component?.includes("wasi:clocks/wall-clock@0.2.0") && !component.includes("wazi:clocks/wall-clock@"));
});

test("errors when the time or randomness would be the same in every call", async () => {
  const tried = "/** Tries. */ export const tried = tool({}, () => String(START));";
  for (const [start, why] of [
    ["Date.now()", "the time is asked while the component is built"],
    ["Math.random()", "randomness is asked while the component is built"],
    ["[Math.random].map((one) => one())", 'import "usher-sdk/random"'],
  ]) {
    const { code, said } = await built(`const START = ${start};\n${tried}`);
    assert.equal(code, 1, said);
    assert.ok(said.includes(why ?? ""), said);
  }
});

test("errors name the place", async () => {
  const { code, said, component } = await built("export const tried = tool({}, () => '');");
  assert.equal(code, 1);
  assert.match(said, /^src\/index\.ts\(2,14\): error: the tool tried has no doc comment/);
  assert.equal(component, null);
});

test("a wrong command line is told from a wrong project", async () => {
  for (const words of [[], ["build"], ["build", "--colour"], ["make", "--out", "x"]]) {
    const { code, said } = await commandLine(words);
    assert.equal(code, 2, said);
    assert.match(said, /usage: usher-sdk build/);
  }
});
