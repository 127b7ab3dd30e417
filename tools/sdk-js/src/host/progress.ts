// The import `usher:host/progress`.

import { imported } from "./stand-in.ts";
import type { Optional } from "./types.ts";

export const report = imported<(progress: number, total: Optional<number>, message: Optional<string>) => void>(
  "progress",
  "report",
);
