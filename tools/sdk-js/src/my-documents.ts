/**
 * The caller's own items, and nobody else's, to read. There is no way to name another person.
 *
 * @module
 */

import { query as hostQuery, read as hostRead, readMany as hostReadMany } from "#host/my-documents";

import { type Page, type PageOptions, type QueryOptions, collect, pageOf } from "./documents/query.ts";
import { type Document, readOne, readSeveral } from "./documents/read.ts";

export * from "./documents/index.ts";

/** Reads an item. Throws `not-found` if there is none. */
export function read<Body>(container: string, id: string): Document<Body> {
  return readOne(hostRead, container, id);
}

/** Reads many at once: one answer for each id, in the same order, `null` where there is no such item. At most 100. */
export function readMany<Body>(container: string, ids: readonly string[]): (Document<Body> | null)[] {
  return readSeveral(hostReadMany, container, ids);
}

/**
 * Runs a query in Cosmos DB's SQL, for example `SELECT * FROM c WHERE c.date >= @since ORDER BY c.date DESC`, and gives its
 * rows, page after page, until there are `limit` or no more.
 */
export function query<Row>(container: string, text: string, options: QueryOptions): Row[] {
  return collect(hostQuery, container, text, options);
}

/** Runs a query and gives one page of its rows. */
export function queryPage<Row>(container: string, text: string, options: PageOptions = {}): Page<Row> {
  return pageOf(hostQuery, container, text, options);
}
