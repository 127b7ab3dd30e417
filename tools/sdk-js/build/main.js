#!/usr/bin/env node
// The SDK's command line: from a project to a component, and its tests.
//
//     usher-sdk build --out FILE [--project FOLDER]
//     usher-sdk test [--project FOLDER] [FILE …]
//
// `usher build` calls the first. The project brings the programs that build (esbuild, TypeScript, componentize-qjs), in the
// versions of its own package.json; nothing is loaded from anywhere, and nothing but the output is written. Exit codes: 0, 1 if
// something is wrong with the project (said on standard error), 2 for a wrong command line.

import { resolve } from "node:path";
import { parseArgs } from "node:util";

import { build } from "./build.js";
import { Problems } from "./problems.js";
import { test } from "./test.js";

const USAGE = "usage: usher-sdk build --out FILE [--project FOLDER]\n       usher-sdk test [--project FOLDER] [FILE …]";

/** @returns {Promise<number>} the exit code */
async function main() {
  const { values, positionals } = parseArgs({
    options: { project: { type: "string", default: "." }, out: { type: "string" } },
    allowPositionals: true,
  });
  const [command, ...files] = positionals;
  const project = resolve(values.project);
  if (command === "build" && values.out !== undefined && files.length === 0) {
    await build(project, resolve(values.out));
    return 0;
  }
  if (command === "test" && values.out === undefined) return test(project, files);
  console.error(USAGE);
  return 2;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof Problems) {
    console.error(error.message);
    process.exitCode = 1;
  } else if (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS")) {
    console.error(`${error.message}\n${USAGE}`);
    process.exitCode = 2;
  } else {
    throw error;
  }
}
