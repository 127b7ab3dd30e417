// The import `usher:host/graph`.

import { imported } from "./stand-in.ts";
import type { GraphResponse, Result } from "./types.ts";

export interface GetRequest {
  path: string;
  query: [string, string][];
}

export const isMemberOf = imported<(groupId: string) => boolean>("graph", "isMemberOf");

export const memberships = imported<(groupIds: string[]) => boolean[]>("graph", "memberships");

export const get = imported<(request: GetRequest) => GraphResponse>("graph", "get");

export const getAll = imported<(requests: GetRequest[]) => Result<GraphResponse>[]>("graph", "getAll");
