/**
 * News for clients that asked for them. MCP: `notifications/resources/updated`, `notifications/*\/list_changed`.
 *
 * @module
 */

import { listChanged as hostListChanged, resourceUpdated as hostResourceUpdated } from "#host/notifications";

/** Tells those who subscribed to the resource of this URI, and may read it, that it has changed. Never fails. */
export function resourceUpdated(uri: string): void {
  hostResourceUpdated(uri);
}

/** Has the host ask for a list again and tell those callers whose own list is different. Never fails. */
export function listChanged(which: "tools" | "resources" | "prompts"): void {
  hostListChanged(which);
}
