// The import `usher:host/my-documents`.

import { imported } from "./stand-in.ts";
import type { Item, Optional, Page, QueryOptions } from "./types.ts";

export const read = imported<(container: string, id: string) => Item>("my-documents", "read");

export const readMany = imported<(container: string, ids: string[]) => Optional<Item>[]>("my-documents", "readMany");

export const query = imported<
  (container: string, text: string, parameters: string, options: Optional<QueryOptions>) => Page
>("my-documents", "query");
