/**
 * Settings that the operator wrote into the grant. Never secrets.
 *
 * @module
 */

import { get as hostGet } from "#host/config";

/** The value of a setting, `null` if the grant has no such key. */
export function get(key: string): string | null {
  return hostGet(key) ?? null;
}
