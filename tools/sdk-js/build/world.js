// The world of a component: what it imports, to the function.
//
// The engine's bindings import every function of every interface that the world names. So that a component's imports say what it
// can do at most, the world names what its module uses, from a copy of the contract that has nothing else.

import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { WASI, contract } from "./interfaces.js";
import { Problems } from "./problems.js";

/**
 * Writes the world `component` of the package `usher:component` into a folder.
 *
 * @param {string} folder an empty one
 * @param {Map<string, Set<string>>} imports interfaces with the functions that are used, as a module names them
 */
export function writeWorld(folder, imports) {
  const [tool, host] = [join(folder, "deps/tool"), join(folder, "deps/host")];
  cpSync(join(contract(), "tool"), tool, { recursive: true });
  cpSync(join(contract(), "host"), host, { recursive: true });
  // The contract's own world names interfaces whole.
  writeFileSync(join(host, "worlds.wit"), "");

  const wasi = new Map(Object.values(WASI).map((one) => [one.through, one]));
  for (const [name, functions] of imports) {
    const copy = wasi.get(name);
    if (copy === undefined) {
      narrow(host, name, functions);
    } else {
      const deps = join(folder, "deps", name.replace(/\W+/g, "-"));
      mkdirSync(deps);
      writeFileSync(join(deps, "package.wit"), copy.file);
    }
  }
  const version = /^package usher:tool@([\w.-]+);$/m.exec(readFileSync(join(tool, "types.wit"), "utf8"))?.[1];
  const lines = [
    "package usher:component;",
    "",
    "world component {",
    `  include usher:tool/tool-provider@${version};`,
    ...[...imports.keys()].sort().map((name) => `  import ${name};`),
    "}",
    "",
  ];
  writeFileSync(join(folder, "world.wit"), lines.join("\n"));
}

/**
 * Takes the functions that aren't used out of an interface.
 *
 * @param {string} host the folder of the package
 * @param {string} name as `usher:host/graph@0.1.0`
 * @param {Set<string>} functions their names in JavaScript
 */
function narrow(host, name, functions) {
  const [, short = ""] = /\/([a-z-]+)@/.exec(name) ?? [];
  const file = readdirSync(host)
    .map((one) => join(host, one))
    .find((one) => interfaceOf(readFileSync(one, "utf8"), short) !== null);
  if (file === undefined) throw new Problems([`error: the contract has no interface ${name}`]);
  const text = readFileSync(file, "utf8");
  const [before, body, after] = interfaceOf(text, short) ?? ["", "", ""];
  writeFileSync(file, before + withFunctions(body, functions) + after);
}

/**
 * The text before, within and after the braces of an interface. They stand at the start of a line in the contract's files.
 *
 * @param {string} text
 * @param {string} name
 * @returns {[string, string, string] | null}
 */
function interfaceOf(text, name) {
  const start = new RegExp(`^interface ${name} \\{$`, "m").exec(text);
  if (start === null) return null;
  const from = start.index + start[0].length;
  const to = text.indexOf("\n}", from);
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/**
 * @param {string} body
 * @param {Set<string>} functions
 */
export function withFunctions(body, functions) {
  return body.replace(/^ {2}%?([a-z][a-z0-9-]*): func\([^;]*;$/gm, (whole, name) => (functions.has(camelCase(name)) ? whole : ""));
}

/** @param {string} name */
function camelCase(name) {
  return name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
