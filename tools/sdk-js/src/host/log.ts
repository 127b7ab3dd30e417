// The import `usher:host/log`. Outside a component, messages go to standard error.

import { imported } from "./stand-in.ts";

export type Level = "debug" | "info" | "notice" | "warning" | "error" | "critical" | "alert" | "emergency";

export const log = imported<(level: Level, message: string) => void>("log", "log", (level, message) =>
  console.error(`${level}: ${message}`),
);
