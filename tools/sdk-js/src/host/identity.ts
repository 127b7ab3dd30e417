// The import `usher:host/identity`.

import { imported } from "./stand-in.ts";
import type { Optional } from "./types.ts";

export interface Caller {
  tenantId: string;
  objectId: string;
  kind: "user" | "application";
  displayName?: Optional<string>;
  username?: Optional<string>;
  roles: string[];
  scopes: string[];
}

export const getCaller = imported<() => Caller>("identity", "getCaller");
