// The import `wasi:clocks/wall-clock`. Outside a component there is a clock already.

import { imported } from "./stand-in.ts";

export interface Datetime {
  seconds: number;
  nanoseconds: number;
}

export const now = imported<() => Datetime>("wall-clock", "now");
