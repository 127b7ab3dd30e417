// What a component's engine must not do by itself.
//
// A component is a snapshot of an engine that has read its modules. Every call starts from it, so a random number generator would
// give the same numbers in every call and nobody would notice; and there is no clock at all, so reading it would be a trap without a
// word. Both throw instead and say what to do, until `usher-sdk/random` and `usher-sdk/clock` put the host's in their place.

const EARLY =
  "is asked while the component is built, and what it gave would be the same in every call: ask within a tool's function";

let guarded = false;
let calling = false;

/** Whether this runs in a component, or while one is built. */
export function inComponent(): boolean {
  return guarded;
}

/** A call has begun: the host is there. */
export function callBegins(): void {
  calling = true;
}

/** Has randomness and time throw. */
export function guard(): void {
  guarded = true;
  Math.random = () => {
    throw new Error('Math.random() would give the same numbers in every call: import "usher-sdk/random"');
  };
  withClock(() => {
    throw new Error('a component has no clock of its own: import "usher-sdk/clock"');
  });
  define("performance", {
    now: () => {
      throw new Error("a component has no stopwatch");
    },
  });
}

/** Gives `Date` a clock. */
export function withClock(clock: () => number): void {
  const now = (): number => {
    if (!calling) throw new Error(`the time ${EARLY}`);
    return clock();
  };
  // The engine's own, however often it was given a clock.
  const Original = Object.getPrototypeOf(Date.prototype) === Object.prototype ? Date : (Object.getPrototypeOf(Date) as DateConstructor);
  class ClockedDate extends Original {
    constructor(...values: unknown[]) {
      super(...((values.length === 0 ? [now()] : values) as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  // `Date()` without `new` gives a text.
  const callable = new Proxy(ClockedDate, { apply: () => new ClockedDate().toString() });
  Object.defineProperty(ClockedDate.prototype, "constructor", { value: callable });
  define("Date", callable);
}

/** Gives `Math.random` and `crypto` random bytes. */
export function withRandomness(source: (count: number) => Uint8Array): void {
  const bytes = (count: number): Uint8Array => {
    if (!calling) throw new Error(`randomness ${EARLY}`);
    return source(count);
  };
  Math.random = () => {
    // 53 bits, as many as a number between 0 and 1 holds.
    const [high = 0, low = 0] = new Uint32Array(bytes(8).slice().buffer);
    return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000;
  };
  define("crypto", {
    getRandomValues: <T extends ArrayBufferView>(array: T): T => {
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes(array.byteLength));
      return array;
    },
    randomUUID: () => uuid(bytes(16)),
  });
}

/** RFC 9562, version 4. */
function uuid(random: Uint8Array): string {
  const hex = [...random].map((byte, at) => {
    const fixed = at === 6 ? (byte & 0x0f) | 0x40 : at === 8 ? (byte & 0x3f) | 0x80 : byte;
    return fixed.toString(16).padStart(2, "0");
  });
  return [hex.slice(0, 4), hex.slice(4, 6), hex.slice(6, 8), hex.slice(8, 10), hex.slice(10)]
    .map((part) => part.join(""))
    .join("-");
}

function define(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
