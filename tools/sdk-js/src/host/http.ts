// The import `usher:host/http`.

import { imported } from "./stand-in.ts";
import type { Optional, Result } from "./types.ts";

export interface Request {
  method: "get" | "head" | "post" | "put" | "patch" | "delete";
  url: string;
  headers: [string, string][];
  body?: Optional<Uint8Array>;
}

export interface Response {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

export const send = imported<(request: Request) => Response>("http", "send");

export const sendAll = imported<(requests: Request[]) => Result<Response>[]>("http", "sendAll");
