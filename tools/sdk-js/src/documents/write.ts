// Writing items: from an author's values to the contract's.

import { failureOf } from "../error.ts";
import { DocumentsError, toJson } from "./error.ts";
import type {
  DocumentsFailure,
  Optional,
  PatchOperation as RawPatchOperation,
  Write as RawWrite,
  Written,
} from "../host/types.ts";

export type { Written } from "../host/types.ts";

/** When a write is done. */
export interface Condition {
  /** Only if the item still has this etag. */
  ifMatch?: string;
}

/** One step of a patch. `path` is a JSON Pointer (RFC 6901), for example `/tags/0`. */
export type PatchOperation =
  /** Sets a property or inserts into an array. */
  | { op: "add"; path: string; value: unknown }
  /** Sets a property or an array's element. */
  | { op: "set"; path: string; value: unknown }
  /** Sets it if it exists, else fails. */
  | { op: "replace"; path: string; value: unknown }
  /** Removes it. */
  | { op: "remove"; path: string }
  /** Adds to a number; the number is created if it is missing. */
  | { op: "increment"; path: string; by: number }
  /** Moves a value. */
  | { op: "move"; from: string; path: string };

/** One write of a transaction. */
export type Write =
  | { op: "create" | "upsert"; body: object }
  | ({ op: "replace"; body: object } & Condition)
  | ({ op: "delete"; id: string } & Condition);

export function patchOperation(step: PatchOperation): RawPatchOperation {
  switch (step.op) {
    case "remove":
      return { tag: "remove", val: step.path };
    case "increment":
      return { tag: "increment", val: { path: step.path, by: step.by } };
    case "move":
      return { tag: "move", val: { fromPath: step.from, path: step.path } };
    default:
      return { tag: step.op, val: { path: step.path, value: toJson(step.value) } };
  }
}

export function transaction(
  ask: (container: string, writes: RawWrite[]) => Optional<Written>[],
  container: string,
  writes: readonly Write[],
): (Written | null)[] {
  const raw = writes.map(rawWrite);
  try {
    return ask(container, raw).map((written) => written ?? null);
  } catch (thrown) {
    throw transactionError(thrown);
  }
}

function rawWrite(write: Write): RawWrite {
  switch (write.op) {
    case "replace":
      return { tag: "replace", val: { body: toJson(write.body), ifMatch: write.ifMatch ?? null } };
    case "delete":
      return { tag: "delete", val: { id: write.id, ifMatch: write.ifMatch ?? null } };
    default:
      return { tag: write.op, val: toJson(write.body) };
  }
}

/** A transaction fails with a record: which write was to blame, and why. */
function transactionError(thrown: unknown): unknown {
  const payload = thrown instanceof Error && "payload" in thrown ? (thrown.payload as object | null) : null;
  if (typeof payload !== "object" || payload === null || !("error" in payload)) {
    return failureOf(thrown) === undefined ? thrown : new DocumentsError(failureOf(thrown) as DocumentsFailure);
  }
  const { index, error } = payload as { index?: Optional<number>; error: DocumentsFailure };
  return new DocumentsError(error, index ?? undefined);
}
