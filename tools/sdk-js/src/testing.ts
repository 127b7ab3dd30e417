/**
 * Tests without a host: what stands in for the capabilities.
 *
 * ```ts
 * import { afterEach, test } from "node:test";
 * import { host, forget, page } from "usher-sdk/testing";
 *
 * afterEach(forget);
 *
 * test("lists what is stored", () => {
 *   host({ "my-documents": { query: () => page([{ text: "Milk" }]) } });
 *   assert.deepEqual(listNotes({}), { notes: [{ text: "Milk" }] });
 * });
 * ```
 *
 * A stand-in gets and gives what crosses the contract: bodies, rows and parameters are JSON texts there.
 *
 * @module
 */

import type * as allDocuments from "#host/all-documents";
import type * as config from "#host/config";
import type * as graph from "#host/graph";
import type * as graphWrite from "#host/graph-write";
import type * as http from "#host/http";
import type * as identity from "#host/identity";
import type * as log from "#host/log";
import type * as myDocuments from "#host/my-documents";
import type * as myDocumentsWrite from "#host/my-documents-write";
import type * as notifications from "#host/notifications";
import type * as progress from "#host/progress";
import type * as sharedDocuments from "#host/shared-documents";
import type * as sharedDocumentsWrite from "#host/shared-documents-write";

import { stub } from "./host/stand-in.ts";
import type { DocumentsFailure, GraphResponse, Item, Page, ServiceFailure } from "./host/types.ts";
import { encode } from "./utf8.ts";

export { forget } from "./host/stand-in.ts";

/** The imports of the contract, by their names. */
export interface Host {
  "all-documents": typeof allDocuments;
  config: typeof config;
  graph: typeof graph;
  "graph-write": typeof graphWrite;
  http: typeof http;
  identity: typeof identity;
  log: typeof log;
  "my-documents": typeof myDocuments;
  "my-documents-write": typeof myDocumentsWrite;
  notifications: typeof notifications;
  progress: typeof progress;
  "shared-documents": typeof sharedDocuments;
  "shared-documents-write": typeof sharedDocumentsWrite;
}

/** Has these functions stand in for the host's, until `forget()`. */
export function host(capabilities: { [Name in keyof Host]?: Partial<Host[Name]> }): void {
  for (const [name, functions] of Object.entries(capabilities)) {
    for (const [key, does] of Object.entries(functions)) stub(name, key, does as () => unknown);
  }
}

/** A page of a query's answer. */
export function page(items: readonly unknown[], continuation: string | null = null): Page {
  return { items: JSON.stringify(items), continuation };
}

/** An item as a container gives it. */
export function item(body: { id: string } & Record<string, unknown>): Item {
  return { id: body.id, etag: '"1"', timestamp: 1_790_000_000, body: JSON.stringify(body) };
}

/** What Graph answers: a status, and JSON if there is any. */
export function answer(status: number, json?: unknown): GraphResponse {
  if (json === undefined) return { status, body: null };
  return { status, body: { contentType: "application/json", data: encode(JSON.stringify(json)) } };
}

/** What an import throws: `throw failure({ tag: "not-found" })`. */
export function failure(payload: DocumentsFailure | ServiceFailure | { index?: number; error: DocumentsFailure }): Error {
  return Object.assign(new Error("tag" in payload ? payload.tag : payload.error.tag), { payload });
}
