/**
 * How far a call has come. MCP: `notifications/progress`.
 *
 * @module
 */

import { report as hostReport } from "#host/progress";

/**
 * Says so to the client, if it wants to know. Never fails.
 *
 * `progress` only grows: smaller ones are dropped, and so are too many. `total` is where it ends, if known.
 */
export function report(progress: number, total?: number, message?: string): void {
  hostReport(progress, total ?? null, message ?? null);
}
