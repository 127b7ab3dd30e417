/**
 * Messages for the operator's log.
 *
 * They name no person's data: a log is read by other people than those whose data it is. `console.log` and its like write
 * here too. Outside a component, messages go to standard error.
 *
 * @module
 */

import { type Level, log as hostLog } from "#host/log";

export type { Level } from "#host/log";

/** Writes one message. Never fails; too many are dropped by the host. */
export function log(level: Level, message: string): void {
  hostLog(level, message);
}

/** Writes a message for whoever looks for a mistake. */
export function debug(message: string): void {
  hostLog("debug", message);
}

/** Writes a message on the ordinary course of things. */
export function info(message: string): void {
  hostLog("info", message);
}

/** Writes a message on something that should be looked at some day. */
export function warn(message: string): void {
  hostLog("warning", message);
}

/** Writes a message on something that went wrong. */
export function error(message: string): void {
  hostLog("error", message);
}
