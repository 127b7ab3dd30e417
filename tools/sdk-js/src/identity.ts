/**
 * Who is calling: facts from a verified token, never the token.
 *
 * @module
 */

import { getCaller as hostGetCaller } from "#host/identity";

/** The caller. Tenant and object id together are the only key for a person; the names are for show. */
export interface Caller {
  /** The tenant. Entra: `tid`. */
  tenantId: string;
  /** The user, or the application if it calls for itself. Entra: `oid`. */
  objectId: string;
  kind: "user" | "application";
  /** For show only: people change it. Entra: `name`. */
  displayName: string | null;
  /** For show only: people change it. Entra: `preferred_username`. */
  username: string | null;
  /** App roles. Entra: `roles`. */
  roles: string[];
  /** Delegated scopes. Entra: `scp`. */
  scopes: string[];
}

/** The caller of this request. */
export function caller(): Caller {
  const { displayName, username, ...facts } = hostGetCaller();
  return { ...facts, displayName: displayName ?? null, username: username ?? null };
}
