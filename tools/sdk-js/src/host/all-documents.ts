// The import `usher:host/all-documents`.

import { imported } from "./stand-in.ts";
import type { Optional, Page, QueryOptions } from "./types.ts";

export const query = imported<
  (container: string, text: string, parameters: string, options: Optional<QueryOptions>) => Page
>("all-documents", "query");
