/**
 * How a tool fails.
 *
 * A {@link ToolError} is an answer: its text reaches the model and the person, so it says what to do and names nothing
 * that they shouldn't know. A capability's error that a tool doesn't catch becomes such an answer by itself; what it says
 * beyond that is for the operator and goes to the log. Any other exception is a fault: its stack goes to the log, and the
 * client learns only that the tool failed.
 *
 * @module
 */

import type { ToolFailure } from "./host/types.ts";
import { error as logError } from "./log.ts";

/** How a tool ends without a result. */
export class ToolError extends Error {
  override readonly name: string = "ToolError";
  /** What the contract says of it. */
  readonly payload: ToolFailure;

  private constructor(payload: ToolFailure, text: string) {
    super(text);
    this.payload = payload;
  }

  /** It did not work: why, and what to do, for the model and the person. MCP: a result with `isError`. */
  static failed(text: string): ToolError {
    return new ToolError({ tag: "failed", val: text }, text);
  }

  /** An argument is wrong in a way that its schema can't say. The text begins with the argument's name. */
  static invalid(argument: string, why: string): ToolError {
    const text = `${argument}: ${why}`;
    return new ToolError({ tag: "invalid-params", val: text }, text);
  }

  /** This component has nothing of that name. */
  static notFound(): ToolError {
    return new ToolError({ tag: "not-found" }, "not found");
  }

  /**
   * A capability answered `sign-in-required` and there is no going on without. The host knows which, and has the person
   * sign in or consent.
   */
  static signInRequired(): ToolError {
    return new ToolError({ tag: "sign-in-required" }, "sign-in required");
  }
}

/** An error that knows what the tool's answer is if nobody catches it. */
export abstract class CapabilityError extends Error {
  /** The tool's answer. What is only for the operator goes to the log on the way. */
  abstract answer(): ToolError;
}

export const BEYOND_GRANT = "This tool isn't allowed to do what it tried to do. The operator's log says more.";
export const MISTAKE = "This tool made a mistake. Trying again won't help; the operator's log says more.";
export const TOO_LARGE = "This is too large. Try it with less.";
export const TIMEOUT = "There wasn't enough time. Try it with less.";
export const NO_ANSWER =
  "The service that this tool asked didn't answer in time. If it was to change something, look whether it did before trying again.";
export const UNAVAILABLE = "A service that this tool needs can't be reached at the moment. Try again later.";

/** Whoever was asked is busy; milliseconds after which to try again, if known. */
export function busy(milliseconds: number | null | undefined): ToolError {
  return ToolError.failed(
    milliseconds === null || milliseconds === undefined
      ? "There is too much to do at the moment. Try again later."
      : `There is too much to do at the moment. Try again in ${Math.ceil(milliseconds / 1000)} s.`,
  );
}

/** An answer whose details are for the log. */
export function logged(what: string, detail: string | undefined, text: string): ToolError {
  logError(`${what}: ${detail ?? ""}`);
  return ToolError.failed(text);
}

/** The failure that an import threw, `undefined` if it is something else. */
export function failureOf(thrown: unknown): { tag: string; val?: unknown } | undefined {
  const payload = thrown instanceof Error && "payload" in thrown ? thrown.payload : undefined;
  return typeof payload === "object" && payload !== null && "tag" in payload
    ? (payload as { tag: string; val?: unknown })
    : undefined;
}
