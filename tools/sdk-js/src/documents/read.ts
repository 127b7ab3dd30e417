// Reading items by their ids.

import { reaching } from "./error.ts";
import type { Item, Optional } from "../host/types.ts";

/** An item as stored. */
export interface Document<Body> {
  /** Unique in its partition of the container. */
  id: string;
  /** Changes with every write; for conditional writes. */
  etag: string;
  /** When it was last written, in seconds since 1970. */
  timestamp: number;
  /** The JSON object as it was written, `id` included. */
  body: Body;
}

export function readOne<Body>(
  ask: (container: string, id: string) => Item,
  container: string,
  id: string,
): Document<Body> {
  return document(reaching(() => ask(container, id)));
}

export function readSeveral<Body>(
  ask: (container: string, ids: string[]) => Optional<Item>[],
  container: string,
  ids: readonly string[],
): (Document<Body> | null)[] {
  const items = reaching(() => ask(container, [...ids]));
  return items.map((item) => (item === null || item === undefined ? null : document<Body>(item)));
}

function document<Body>(item: Item): Document<Body> {
  return { ...item, body: JSON.parse(item.body) as Body };
}
