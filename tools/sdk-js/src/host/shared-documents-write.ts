// The import `usher:host/shared-documents-write`.

import { imported } from "./stand-in.ts";
import type { Optional, PatchOperation, PatchOptions, Write, Written } from "./types.ts";

export const create = imported<(container: string, body: string) => Written>("shared-documents-write", "create");

export const upsert = imported<(container: string, body: string) => Written>("shared-documents-write", "upsert");

export const replace = imported<(container: string, body: string, ifMatch: Optional<string>) => Written>(
  "shared-documents-write",
  "replace",
);

export const patch = imported<
  (container: string, id: string, operations: PatchOperation[], options: Optional<PatchOptions>) => Written
>("shared-documents-write", "patch");

const remove = imported<(container: string, id: string, ifMatch: Optional<string>) => void>(
  "shared-documents-write",
  "delete",
);
export { remove as delete };

export const transact = imported<(container: string, writes: Write[]) => Optional<Written>[]>(
  "shared-documents-write",
  "transact",
);
