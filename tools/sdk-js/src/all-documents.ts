/**
 * Everybody's items, to read. For reports; the operator's grant says who may call a tool that uses it.
 *
 * Rows don't say whose they are, unless the grant gives them a property `_owner`, which a query may use like any other.
 *
 * @module
 */

import { query as hostQuery } from "#host/all-documents";

import { type Page, type PageOptions, type QueryOptions, collect, pageOf } from "./documents/query.ts";

export * from "./documents/index.ts";

/**
 * Runs a query in Cosmos DB's SQL over the items of all users, for example
 * `SELECT c.category, COUNT(1) AS n FROM c GROUP BY c.category`, and gives its rows, page after page, until there are `limit`
 * or no more.
 */
export function query<Row>(container: string, text: string, options: QueryOptions): Row[] {
  return collect(hostQuery, container, text, options);
}

/** Runs a query and gives one page of its rows. */
export function queryPage<Row>(container: string, text: string, options: PageOptions = {}): Page<Row> {
  return pageOf(hostQuery, container, text, options);
}
