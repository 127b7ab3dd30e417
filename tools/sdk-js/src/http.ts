/**
 * Other services over HTTPS: the origins of the operator's grant and no others. The host attaches the credentials.
 *
 * ```ts
 * /** Reads a ticket. *\/
 * export const readTicket = tool(
 *   { readOnly: true, requires: { http: ["https://tickets.contoso.example"] } },
 *   (wanted: Wanted): Ticket =>
 *     http.get(`https://tickets.contoso.example/tickets/${wanted.number}`).success().json<Ticket>(),
 * );
 * ```
 *
 * Whether the host attaches a token of the caller, a token of its own or a secret is written in the grant; a tool can't tell
 * and can't set one itself. As with `usher-sdk/graph`, a {@link ServiceError} becomes the tool's own answer if it isn't
 * caught.
 *
 * @module
 */

import { type Request as HostRequest, type Response as HostResponse, send as hostSend, sendAll as hostSendAll } from "#host/http";

import { type Content, ServiceError, ServiceResponse, asking, contentOf } from "./service.ts";

export { ServiceError, ServiceResponse } from "./service.ts";

/** An HTTP method. */
export type Method = HostRequest["method"];

/** What comes with a request. Header fields that carry credentials or routing are the host's. */
export type RequestOptions = { headers?: Readonly<Record<string, string>> } & (
  | Content
  | { json?: undefined; body?: undefined }
);

/** What a service answered, with its header fields. */
export class HttpResponse extends ServiceResponse {
  readonly #headers: [string, string][];

  constructor({ status, headers, body }: HostResponse) {
    super(status, body);
    this.#headers = headers;
  }

  /** The first header field of this name, in lower case. */
  header(name: string): string | null {
    return this.#headers.find(([field]) => field === name)?.[1] ?? null;
  }

  /** A date instead of seconds, which is rare, is as good as nothing (RFC 9110 §10.2.3). */
  protected override retryAfter(): number | null {
    const seconds = this.header("retry-after");
    return seconds !== null && /^\d{1,9}$/.test(seconds) ? Number(seconds) : null;
  }
}

/** Sends a request to an absolute URL. */
export function send(method: Method, url: string, options: RequestOptions = {}): HttpResponse {
  const request = requestOf(method, url, options);
  return new HttpResponse(asking("http", () => hostSend(request)));
}

/** Sends a GET request. */
export function get(url: string, options: RequestOptions = {}): HttpResponse {
  return send("get", url, options);
}

/** Sends a POST request. */
export function post(url: string, options: RequestOptions = {}): HttpResponse {
  return send("post", url, options);
}

/** Sends a PUT request. */
export function put(url: string, options: RequestOptions = {}): HttpResponse {
  return send("put", url, options);
}

/** Sends a PATCH request. */
export function patch(url: string, options: RequestOptions = {}): HttpResponse {
  return send("patch", url, options);
}

function remove(url: string, options: RequestOptions = {}): HttpResponse {
  return send("delete", url, options);
}
export {
  /** Sends a DELETE request. */
  remove as delete,
};

/** Sends requests side by side: one answer for each, in the same order. At most 20; each counts as a call of the host. */
export function sendAll(
  requests: readonly ({ method?: Method; url: string } & RequestOptions)[],
): (HttpResponse | ServiceError)[] {
  const sent = requests.map((request) => requestOf(request.method ?? "get", request.url, request));
  return asking("http", () => hostSendAll(sent)).map((answer) =>
    answer.tag === "ok" ? new HttpResponse(answer.val) : new ServiceError("http", answer.val),
  );
}

function requestOf(method: Method, url: string, options: RequestOptions): HostRequest {
  const headers = Object.entries(options.headers ?? {});
  const content = contentOf(options);
  if (content !== null) headers.push(["content-type", content.contentType]);
  return { method, url, headers, body: content?.data ?? null };
}
