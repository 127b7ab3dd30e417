/**
 * Items (JSON objects) in containers: what the document capabilities have in common.
 *
 * A tool reaches a container where the operator lets it: `usher-sdk/my-documents` and `usher-sdk/my-documents-write` for the
 * caller's own items, `usher-sdk/all-documents` for everybody's, `usher-sdk/shared-documents` and
 * `usher-sdk/shared-documents-write` for items that belong to nobody. A container is a name and nothing else: nothing is
 * opened and nothing has to be closed. Items are the author's own types; that what is stored is of such a type is for the
 * author to know.
 *
 * The vocabulary is that of Azure Cosmos DB.
 *
 * @module
 */

export { DocumentsError } from "./error.ts";
export type { Page, PageOptions, Parameters, QueryOptions } from "./query.ts";
export type { Document } from "./read.ts";
export type { Condition, PatchOperation, Write, Written } from "./write.ts";
