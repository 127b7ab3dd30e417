// The import `usher:host/notifications`.

import { imported } from "./stand-in.ts";

export const resourceUpdated = imported<(uri: string) => void>("notifications", "resourceUpdated");

export const listChanged = imported<(which: "tools" | "resources" | "prompts") => void>(
  "notifications",
  "listChanged",
);
