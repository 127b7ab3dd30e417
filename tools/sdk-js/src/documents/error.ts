// Why an operation on documents failed. Nothing was written then.

import {
  BEYOND_GRANT,
  CapabilityError,
  MISTAKE,
  TIMEOUT,
  TOO_LARGE,
  ToolError,
  UNAVAILABLE,
  busy,
  failureOf,
  logged,
} from "../error.ts";
import type { DocumentsFailure } from "../host/types.ts";

/** Why an operation on documents failed. Uncaught, it becomes the tool's own answer. */
export class DocumentsError extends CapabilityError {
  override readonly name: string = "DocumentsError";
  /**
   * - `not-granted`: the grant has no such container, or not for this; `detail` is for the log, not for the client.
   * - `not-found`: no such item.
   * - `conflict`: an item of that id exists, or a unique key is taken.
   * - `precondition-failed`: another write came first: `ifMatch` or the condition didn't hold.
   * - `too-large`: over 2 MB, or over the grant's limit.
   * - `invalid`: what was wrong is in `detail`: an id, a path, a body, the SQL (with the column).
   * - `limit-exceeded`: the grant's limit that was reached is in `detail`.
   * - `throttled`: busy; `retryAfter` milliseconds, if known.
   * - `timeout`: the call's deadline comes first.
   * - `unavailable`: the store can't be reached.
   */
  readonly kind: DocumentsFailure["tag"];
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  /** Which write of a transaction was to blame, counted from 0; none: the whole, or it was no transaction. */
  readonly index: number | undefined;

  constructor(failure: DocumentsFailure, index?: number) {
    const detail = "val" in failure && typeof failure.val === "string" ? failure.val : undefined;
    super(detail === undefined ? `documents: ${failure.tag}` : `documents: ${failure.tag}: ${detail}`);
    this.kind = failure.tag;
    this.detail = detail;
    this.retryAfter = failure.tag === "throttled" ? (failure.val ?? undefined) : undefined;
    this.index = index;
  }

  override answer(): ToolError {
    switch (this.kind) {
      case "not-granted":
        return logged("documents: not granted", this.detail, BEYOND_GRANT);
      case "not-found":
        return ToolError.failed("There is no such item.");
      case "conflict":
        return ToolError.failed("There is such an item already.");
      case "precondition-failed":
        return ToolError.failed("The item was changed in the meantime. Read it again, then try again.");
      case "too-large":
        return ToolError.failed(TOO_LARGE);
      case "invalid":
        return logged("documents: invalid", this.detail, MISTAKE);
      case "limit-exceeded":
        return logged("documents: limit exceeded", this.detail, TOO_LARGE);
      case "throttled":
        return busy(this.retryAfter);
      case "timeout":
        return ToolError.failed(TIMEOUT);
      case "unavailable":
        return ToolError.failed(UNAVAILABLE);
    }
  }
}

/** Does something with documents, whose failure is a {@link DocumentsError}. */
export function reaching<T>(reach: () => T): T {
  try {
    return reach();
  } catch (thrown) {
    const failure = failureOf(thrown);
    throw failure === undefined ? thrown : new DocumentsError(failure as DocumentsFailure);
  }
}

/** An item as JSON. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new DocumentsError({ tag: "invalid", val: "this can't be written as JSON" });
  return json;
}
