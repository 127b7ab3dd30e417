// Queries, a page at a time.

import { reaching, toJson } from "./error.ts";
import type { Optional, Page as RawPage, QueryOptions as RawOptions } from "../host/types.ts";

/** The values of a query's parameters: `{ "@since": "2026-07-28" }`. Values belong here, never into the text. */
export type Parameters = Readonly<Record<`@${string}`, unknown>>;

/** What a query may be given besides its text. */
export interface QueryOptions {
  /** At most so many rows. */
  limit: number;
  parameters?: Parameters;
  /** At most so many rows in a page, each of which costs a call of the host. Default: the operator's setting. */
  maxItems?: number;
}

/** What a query for one page may be given besides its text. */
export interface PageOptions {
  parameters?: Parameters;
  /** At most so many rows. Default: the operator's setting. */
  maxItems?: number;
  /** The `continuation` of the page before, of the same query. `null` is the start, so that what a client sent can be passed on. */
  continuation?: string | null;
}

/** A page of a query's answer. */
export interface Page<Row> {
  items: Row[];
  /** There may be more: give this to the same query. */
  continuation: string | null;
}

type Import = (container: string, text: string, parameters: string, options: Optional<RawOptions>) => RawPage;

export function pageOf<Row>(ask: Import, container: string, text: string, options: PageOptions): Page<Row> {
  const { maxItems, continuation } = options;
  return fetch(ask, container, text, toJson(options.parameters ?? {}), maxItems, continuation);
}

export function collect<Row>(ask: Import, container: string, text: string, options: QueryOptions): Row[] {
  const { limit, maxItems = Number.POSITIVE_INFINITY } = options;
  const parameters = toJson(options.parameters ?? {});
  const rows: Row[] = [];
  let continuation: string | null = null;
  while (rows.length < limit) {
    const wanted = Math.min(limit - rows.length, maxItems, U32_MAX);
    const page: Page<Row> = fetch(ask, container, text, parameters, wanted < U32_MAX ? wanted : undefined, continuation);
    rows.push(...page.items);
    continuation = page.continuation;
    if (continuation === null) break;
  }
  return rows.slice(0, limit);
}

const U32_MAX = 0xffff_ffff;

function fetch<Row>(
  ask: Import,
  container: string,
  text: string,
  parameters: string,
  maxItems: number | undefined,
  continuation: Optional<string>,
): Page<Row> {
  const options = { maxItems: maxItems ?? null, continuation: continuation ?? null };
  const page = reaching(() => ask(container, text, parameters, options));
  return { items: JSON.parse(page.items) as Row[], continuation: page.continuation ?? null };
}
