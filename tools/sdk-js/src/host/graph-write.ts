// The import `usher:host/graph-write`.

import { imported } from "./stand-in.ts";
import type { Body, GraphResponse, Optional } from "./types.ts";

export interface Request {
  method: "post" | "put" | "patch" | "delete";
  path: string;
  query: [string, string][];
  body?: Optional<Body>;
}

export const send = imported<(request: Request) => GraphResponse>("graph-write", "send");
