// The import `wasi:random/random`. Outside a component there are random numbers already.

import { imported } from "./stand-in.ts";

export const getRandomBytes = imported<(count: number) => Uint8Array>("random", "getRandomBytes");
