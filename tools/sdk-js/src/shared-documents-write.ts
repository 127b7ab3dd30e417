/**
 * Items that belong to nobody in particular, to write. Everyone who may call the tool writes the same. Nothing here reads.
 *
 * @module
 */

import {
  create as hostCreate,
  delete as hostDelete,
  patch as hostPatch,
  replace as hostReplace,
  transact as hostTransact,
  upsert as hostUpsert,
} from "#host/shared-documents-write";

import { reaching, toJson } from "./documents/error.ts";
import {
  type Condition,
  type PatchOperation,
  type Write,
  type Written,
  patchOperation,
  transaction,
} from "./documents/write.ts";

export * from "./documents/index.ts";

/**
 * Stores a new item: an object, which gets a fresh `id` if it has none. A property `ttl` (seconds) lets it expire. Throws
 * `conflict` if there is an item with its `id`.
 */
export function create(container: string, body: object): Written {
  return reaching(() => hostCreate(container, toJson(body)));
}

/** Stores an item, new or not, over whatever was there. */
export function upsert(container: string, body: object): Written {
  return reaching(() => hostUpsert(container, toJson(body)));
}

/** Replaces the item that has the `id` of the body. Throws `not-found` or `precondition-failed`. */
export function replace(container: string, body: object, condition: Condition = {}): Written {
  return reaching(() => hostReplace(container, toJson(body), condition.ifMatch ?? null));
}

/**
 * Changes parts of an item, all or none of them, in at most 10 steps. `condition` is a predicate such as
 * `FROM c WHERE c.status = 'open'`. Throws `not-found` or `precondition-failed`.
 */
export function patch(
  container: string,
  id: string,
  operations: readonly PatchOperation[],
  options: Condition & { condition?: string } = {},
): Written {
  const { ifMatch, condition } = options;
  const steps = operations.map(patchOperation);
  return reaching(() => hostPatch(container, id, steps, { ifMatch: ifMatch ?? null, condition: condition ?? null }));
}

function remove(container: string, id: string, condition: Condition = {}): void {
  reaching(() => hostDelete(container, id, condition.ifMatch ?? null));
}
export {
  /** Deletes an item. Throws `not-found` or `precondition-failed`. */
  remove as delete,
};

/**
 * Does all writes or none, at most 100. One answer for each, in the same order, `null` for a delete. The error's `index` says
 * which was to blame.
 */
export function transact(container: string, writes: readonly Write[]): (Written | null)[] {
  return transaction(hostTransact, container, writes);
}
