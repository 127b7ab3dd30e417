/**
 * The time of day for `Date`, by the import `wasi:clocks/wall-clock`, which an operator grants with `clocks = true` under
 * `[capabilities.wasi]`. The zone is UTC.
 *
 * Where the build finds `Date.now()` or `new Date()`, it imports this module by itself. Where it can't see it, because the clock is
 * asked under another name, `import "usher-sdk/clock"`.
 *
 * @module
 */

import { now as hostNow } from "#host/wall-clock";

import { inComponent, withClock } from "./component/guard.ts";

if (inComponent()) {
  withClock(() => {
    const { seconds, nanoseconds } = hostNow();
    return seconds * 1000 + Math.floor(nanoseconds / 1e6);
  });
}
