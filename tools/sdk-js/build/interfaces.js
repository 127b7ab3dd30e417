// The interfaces that a component may import, by the names that the SDK has for them (`#host/NAME`).

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { Problems } from "./problems.js";
import { WIT } from "./toolchain.js";

/**
 * The two of WASI that the host links for who asks. They are small copies of the standard's: the functions that the SDK uses.
 * <https://github.com/WebAssembly/WASI/tree/main/wasip2>
 *
 * componentize-qjs either leaves all imports of WASI in a component, files and environment included, or takes all of them out. So
 * these two go through it under a name of the same length, and get their own in the finished component.
 *
 * @type {Record<string, { through: string, wasi: string, file: string }>}
 */
export const WASI = {
  "wall-clock": {
    through: "wazi:clocks/wall-clock@0.2.0",
    wasi: "wasi:clocks/wall-clock@0.2.0",
    file: `package wazi:clocks@0.2.0;

interface wall-clock {
  record datetime {
    seconds: u64,
    nanoseconds: u32,
  }

  now: func() -> datetime;
}
`,
  },
  random: {
    through: "wazi:random/random@0.2.0",
    wasi: "wasi:random/random@0.2.0",
    file: `package wazi:random@0.2.0;

interface random {
  get-random-bytes: func(len: u64) -> list<u8>;
}
`,
  },
};

/** The folder of the contract. */
export function contract() {
  if (WIT === undefined) throw new Problems(["error: the SDK is incomplete: its folder wit/ isn't there"]);
  return WIT;
}

/** The version of the contract, as `0.1.0`. */
function version() {
  const [, found] = /^package usher:host@([\w.-]+);$/m.exec(hostTexts().join("\n")) ?? [];
  if (found === undefined) throw new Problems(["error: the SDK's folder wit/host names no version"]);
  return found;
}

/** The texts of the package `usher:host`. */
function hostTexts() {
  const folder = join(contract(), "host");
  return readdirSync(folder).sort().map((file) => readFileSync(join(folder, file), "utf8"));
}

/**
 * What a component's module imports `#host/NAME` by.
 *
 * @param {string} name
 */
export function specifier(name) {
  return WASI[name]?.through ?? `usher:host/${name}@${version()}`;
}
