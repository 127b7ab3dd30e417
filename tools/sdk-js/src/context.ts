// What comes with a call besides its arguments. Most tools never look at it.

import { ToolError } from "./error.ts";
import type { ClientCapabilities, InputResponse, RequestContext } from "./host/types.ts";
import { error as logError } from "./log.ts";

/** What the person did with a question. */
export type Answer<T> =
  /** Agreed, with the values of the form. */
  | { action: "accepted"; values: T }
  /** Said no, or went away without a choice. */
  | { action: "declined" | "cancelled" };

/** The context of a call. */
export class Context {
  /** What this client can be asked for. */
  readonly client: Readonly<ClientCapabilities>;
  readonly #request: RequestContext;

  constructor(request: RequestContext) {
    this.client = request.client;
    this.#request = request;
  }

  /** The first round of a client that can't be asked for anything: for tests. */
  static firstRound(): Context {
    const client = {
      elicitationForm: false,
      elicitationUrl: false,
      sampling: false,
      samplingTools: false,
      roots: false,
      tasks: false,
      apps: false,
    };
    return new Context({ client, inputResponses: [] });
  }

  /** The state that this tool gave with its questions; `null` in the first round. The host vouches for it. */
  state<T>(): T | null {
    const state = this.#request.requestState;
    return state === null || state === undefined ? null : parsed<T>(state);
  }

  /**
   * What the person did with the form or the page that was asked for under `key`; `null` if that wasn't asked yet. The host
   * has checked the values against the form's schema. For a page there are none.
   */
  answer<T>(key: string): Answer<T> | null {
    const response = this.response(key);
    if (response?.tag !== "elicit") return null;
    const { val } = response;
    if (val.tag === "accept") return { action: "accepted", values: parsed<T>(val.val) };
    return { action: val.tag === "decline" ? "declined" : "cancelled" };
  }

  /** Whatever the client answered to what was asked for under `key`, as the contract says it. */
  response(key: string): InputResponse | null {
    return this.#request.inputResponses.find(([asked]) => asked === key)?.[1] ?? null;
  }

  /** The request's `_meta`, without the keys that MCP reserves. */
  meta(): Record<string, unknown> {
    const { meta } = this.#request;
    return meta === null || meta === undefined ? {} : parsed(meta);
  }
}

function parsed<T>(json: string): T {
  try {
    return JSON.parse(json) as T;
  } catch (error) {
    logError(`an answer or a state isn't JSON: ${String(error)}`);
    throw ToolError.failed("The answer to the question can't be used. Start again.");
  }
}
