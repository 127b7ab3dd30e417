/**
 * Microsoft Graph on behalf of the caller, to read, as far as the grant's list of paths goes.
 *
 * ```ts
 * /** Says who the person is who is signed in. *\/
 * export const whoAmI = tool({ readOnly: true, requires: { graph: ["/me"] } }, (): Me =>
 *   graph.get("/me", { $select: "displayName,mail" }).success().json<Me>(),
 * );
 * ```
 *
 * # When there is no answer
 * Every function throws a {@link ServiceError}, which becomes the tool's own answer if it isn't caught. The one that a tool
 * must not turn into something else is `sign-in-required`: uncaught, it has the host tell the person what to do (sign in
 * again, consent, a second factor), which only the host knows.
 *
 * @module
 */

import { get as hostGet, getAll as hostGetAll, isMemberOf as hostIsMemberOf, memberships as hostMemberships } from "#host/graph";

import type { GraphResponse, Result } from "./host/types.ts";
import { ServiceError, ServiceResponse, asking } from "./service.ts";

export { ServiceError, ServiceResponse } from "./service.ts";

/** Query options by name, not encoded: `{ $select: "id,displayName" }`. */
export type Query = Readonly<Record<string, string>>;

/** Sends a request to read. `path` is below `/v1.0`, for example `/me`. */
export function get(path: string, query: Query = {}): ServiceResponse {
  return response(asking("graph", () => hostGet({ path, query: Object.entries(query) })));
}

/** Sends requests side by side: one answer for each, in the same order. At most 20; each counts as a call of the host. */
export function getAll(requests: readonly { path: string; query?: Query }[]): (ServiceResponse | ServiceError)[] {
  const sent = requests.map(({ path, query }) => ({ path, query: Object.entries(query ?? {}) }));
  return asking("graph", () => hostGetAll(sent)).map((answer: Result<GraphResponse>) =>
    answer.tag === "ok" ? response(answer.val) : new ServiceError("graph", answer.val),
  );
}

/**
 * Whether the caller is in a group, directly or through others. The group by its object id. That it couldn't be found out is
 * an error, never "no".
 */
export function isMemberOf(groupId: string): boolean {
  return asking("graph", () => hostIsMemberOf(groupId));
}

/** The same for several groups in one request: one answer for each, in the same order. At most 20. */
export function memberships(groupIds: readonly string[]): boolean[] {
  return asking("graph", () => hostMemberships([...groupIds]));
}

function response({ status, body }: GraphResponse): ServiceResponse {
  return new ServiceResponse(status, body?.data ?? new Uint8Array());
}
