// The import `usher:host/config`.

import { imported } from "./stand-in.ts";
import type { Optional } from "./types.ts";

export const get = imported<(key: string) => Optional<string>>("config", "get");
