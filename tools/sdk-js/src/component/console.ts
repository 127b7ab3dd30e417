// `console`, which a component's engine doesn't have: everything goes to the operator's log.

import { type Level, log } from "../log.ts";

/** Puts a `console` in place. */
export function consoleToLog(): void {
  const to =
    (level: Level) =>
    (...values: unknown[]): void =>
      log(level, values.map(shown).join(" "));
  const console = {
    log: to("info"),
    info: to("info"),
    debug: to("debug"),
    trace: to("debug"),
    warn: to("warning"),
    error: to("error"),
    assert: (holds: unknown, ...values: unknown[]): void => {
      if (!holds) log("error", ["assertion failed:", ...values.map(shown)].join(" "));
    },
  };
  Object.defineProperty(globalThis, "console", { value: console, configurable: true, writable: true });
}

/** A value as a line of a log shows it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return stackOf(value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** An error's message with where it comes from: an engine's `stack` may be without the message. */
export function stackOf(error: Error): string {
  const said = `${error.name}: ${error.message}`;
  const stack = (error.stack ?? "").trimEnd();
  const all = stack.includes(error.message) ? stack : `${said}\n${stack}`;
  return error.cause === undefined ? all : `${all}\ncaused by: ${shown(error.cause)}`;
}
