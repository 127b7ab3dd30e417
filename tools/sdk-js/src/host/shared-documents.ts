// The import `usher:host/shared-documents`.

import { imported } from "./stand-in.ts";
import type { Item, Optional, Page, QueryOptions } from "./types.ts";

export const read = imported<(container: string, id: string) => Item>("shared-documents", "read");

export const readMany = imported<(container: string, ids: string[]) => Optional<Item>[]>("shared-documents", "readMany");

export const query = imported<
  (container: string, text: string, parameters: string, options: Optional<QueryOptions>) => Page
>("shared-documents", "query");
