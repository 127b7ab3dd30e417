// What the answers of other services have in common, whether they come by `graph` or by `http`.

import {
  BEYOND_GRANT,
  CapabilityError,
  MISTAKE,
  NO_ANSWER,
  TOO_LARGE,
  ToolError,
  UNAVAILABLE,
  busy,
  failureOf,
  logged,
} from "./error.ts";
import type { ServiceFailure } from "./host/types.ts";
import { error as logError } from "./log.ts";
import { decode, encode } from "./utf8.ts";

/** Why a service gave no answer. An answer with an error status is a {@link ServiceResponse}. */
export class ServiceError extends CapabilityError {
  override readonly name: string = "ServiceError";
  /**
   * - `not-granted`: the grant has no such request; `detail` is for the log, not for the client.
   * - `sign-in-required`: the person must sign in again or consent first. Leave it uncaught, or do without.
   * - `invalid`: what was wrong with the request is in `detail`.
   * - `too-large`: the answer, or the body, is over the grant's limit.
   * - `throttled`: busy; `retryAfter` milliseconds, if known.
   * - `timeout`: the call's deadline comes first.
   * - `unavailable`: the service can't be reached.
   */
  readonly kind: ServiceFailure["tag"];
  readonly detail: string | undefined;
  readonly retryAfter: number | undefined;
  readonly #service: string;

  constructor(service: string, failure: ServiceFailure) {
    const detail = "val" in failure && typeof failure.val === "string" ? failure.val : undefined;
    super(detail === undefined ? `${service}: ${failure.tag}` : `${service}: ${failure.tag}: ${detail}`);
    this.#service = service;
    this.kind = failure.tag;
    this.detail = detail;
    this.retryAfter = failure.tag === "throttled" ? (failure.val ?? undefined) : undefined;
  }

  override answer(): ToolError {
    switch (this.kind) {
      case "not-granted":
        return logged(`${this.#service}: not granted`, this.detail, BEYOND_GRANT);
      case "sign-in-required":
        return ToolError.signInRequired();
      case "invalid":
        return logged(`${this.#service}: invalid`, this.detail, MISTAKE);
      case "too-large":
        return ToolError.failed(TOO_LARGE);
      case "throttled":
        return busy(this.retryAfter);
      case "timeout":
        return ToolError.failed(NO_ANSWER);
      case "unavailable":
        return ToolError.failed(UNAVAILABLE);
    }
  }
}

/** Does something with a service, whose failure is a {@link ServiceError}. */
export function asking<T>(service: string, ask: () => T): T {
  try {
    return ask();
  } catch (thrown) {
    const failure = failureOf(thrown);
    throw failure === undefined ? thrown : new ServiceError(service, failure as ServiceFailure);
  }
}

/** What a service answered, whatever its status. */
export class ServiceResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The body. */
  readonly bytes: Uint8Array;

  constructor(status: number, bytes: Uint8Array) {
    this.status = status;
    this.bytes = bytes;
  }

  /** This answer if its status is a success (2xx); else it throws what the status means, for the model and the person. */
  success(): this {
    if (this.status >= 200 && this.status < 300) return this;
    throw refusal(this.status, this.retryAfter());
  }

  /** The body as a text. */
  text(): string {
    const text = decode(this.bytes);
    if (text === null) throw notUnderstood("it isn't UTF-8");
    return text;
  }

  /** The body, read as JSON. What it holds is up to the service: the type says what the tool expects. */
  json<T>(): T {
    const text = this.text();
    try {
      return JSON.parse(text) as T;
    } catch {
      throw notUnderstood("it isn't JSON");
    }
  }

  /** Seconds after which to try again, if the service says so. */
  protected retryAfter(): number | null {
    return null;
  }
}

function notUnderstood(why: string): ToolError {
  logError(`a service's answer isn't what was expected: ${why}`);
  return ToolError.failed("The service that this tool asked gave an answer that it doesn't understand.");
}

/** A person can do something about some refusals, so these are told apart. */
function refusal(status: number, retryAfter: number | null): ToolError {
  switch (status) {
    case 429:
      return busy(retryAfter === null ? null : retryAfter * 1000);
    case 401:
    case 403:
      return ToolError.failed("You aren't allowed to do this in the service that this tool asked.");
    case 404:
    case 410:
      return ToolError.failed("The service that this tool asked doesn't have what was asked for.");
    case 409:
    case 412:
      return ToolError.failed("What this tool tried to change was changed in the meantime, or is there already.");
    case 413:
      return ToolError.failed("This is too large for the service that this tool asked.");
    case 423:
      return ToolError.failed("What this tool tried to change is locked at the moment. Try again later.");
    default:
      return ToolError.failed(
        status >= 500
          ? `The service that this tool asked has a problem at the moment (status ${status}). Try again later.`
          : `The service that this tool asked refused, with status ${status}.`,
      );
  }
}

/** What is sent: JSON, or any text or bytes with their media type. */
export type Content = { json: unknown } | { body: string | Uint8Array; contentType: string };

/** The bytes of what is sent, with their media type; `null` if there is nothing to send. */
export function contentOf(options: Content | { json?: undefined; body?: undefined }): {
  contentType: string;
  data: Uint8Array;
} | null {
  if ("contentType" in options) {
    const { body, contentType } = options;
    return { contentType, data: typeof body === "string" ? encode(body) : body };
  }
  return options.json === undefined ? null : { contentType: "application/json", data: encode(JSON.stringify(options.json)) };
}
