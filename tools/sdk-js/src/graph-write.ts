/**
 * Microsoft Graph on behalf of the caller, to change things, as far as the grant's list of methods and paths goes.
 *
 * ```ts
 * graphWrite.post("/me/events", { json: event }).success();
 * graphWrite.put("/me/drive/root:/note.txt:/content", { body: "Milk", contentType: "text/plain" }).success();
 * ```
 *
 * A request is never repeated by the host once Graph may have seen it: what a tool reads as an error may have happened all
 * the same.
 *
 * @module
 */

import { send as hostSend } from "#host/graph-write";

import type { Query } from "./graph.ts";
import { type Content, ServiceResponse, asking, contentOf } from "./service.ts";

export { ServiceError, ServiceResponse } from "./service.ts";

/** What comes with a request. */
export type RequestOptions = { query?: Query } & (Content | { json?: undefined; body?: undefined });

/** Sends a POST request. `path` is below `/v1.0`, for example `/me/sendMail`. */
export function post(path: string, options: RequestOptions = {}): ServiceResponse {
  return send("post", path, options);
}

/** Sends a PUT request. */
export function put(path: string, options: RequestOptions = {}): ServiceResponse {
  return send("put", path, options);
}

/** Sends a PATCH request. */
export function patch(path: string, options: RequestOptions = {}): ServiceResponse {
  return send("patch", path, options);
}

function remove(path: string, options: RequestOptions = {}): ServiceResponse {
  return send("delete", path, options);
}
export {
  /** Sends a DELETE request. */
  remove as delete,
};

function send(method: "post" | "put" | "patch" | "delete", path: string, options: RequestOptions): ServiceResponse {
  const request = { method, path, query: Object.entries(options.query ?? {}), body: contentOf(options) };
  const { status, body } = asking("graph", () => hostSend(request));
  return new ServiceResponse(status, body?.data ?? new Uint8Array());
}
