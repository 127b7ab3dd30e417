// The import `usher:host/my-documents-write`.

import { imported } from "./stand-in.ts";
import type { Optional, PatchOperation, PatchOptions, Write, Written } from "./types.ts";

export const create = imported<(container: string, body: string) => Written>("my-documents-write", "create");

export const upsert = imported<(container: string, body: string) => Written>("my-documents-write", "upsert");

export const replace = imported<(container: string, body: string, ifMatch: Optional<string>) => Written>(
  "my-documents-write",
  "replace",
);

export const patch = imported<
  (container: string, id: string, operations: PatchOperation[], options: Optional<PatchOptions>) => Written
>("my-documents-write", "patch");

const remove = imported<(container: string, id: string, ifMatch: Optional<string>) => void>(
  "my-documents-write",
  "delete",
);
export { remove as delete };

export const transact = imported<(container: string, writes: Write[]) => Optional<Written>[]>(
  "my-documents-write",
  "transact",
);
