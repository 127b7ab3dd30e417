// Days of the calendar.

import { ToolError } from "usher-sdk";

/** @format date */
export type Day = string;

export const LAST_DAY: Day = "9999-12-31";

/** Refuses an argument that is no day. */
export function checkDay(argument: string, text: Day): void {
  if (!isDay(text)) throw ToolError.invalid(argument, "not a day of the calendar");
}

/** Whether a text is a day as YYYY-MM-DD (RFC 3339, `full-date`). `Date` alone would take the 30th of February for a day in March. */
export function isDay(text: string): boolean {
  const milliseconds = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
}
