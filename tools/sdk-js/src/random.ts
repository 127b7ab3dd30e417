/**
 * Random numbers for `Math.random()`, `crypto.getRandomValues` and `crypto.randomUUID`, fit for secrets, by the import
 * `wasi:random/random`, which an operator grants with `random = true` under `[capabilities.wasi]`.
 *
 * Where the build finds one of them, it imports this module by itself. Where it can't see it, because one is called under another
 * name, `import "usher-sdk/random"`. An item of a container needs no id from here: the store gives it one.
 *
 * @module
 */

import { getRandomBytes as hostGetRandomBytes } from "#host/random";

import { inComponent, withRandomness } from "./component/guard.ts";

if (inComponent()) withRandomness(hostGetRandomBytes);
