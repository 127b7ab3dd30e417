// From a project to a component.
//
// Its types are checked and read, for schemas; its modules become one, without what nothing uses; the world is written from the
// imports that are left; and the engine reads that module and is snapshot with it.

import { writeFileSync } from "node:fs";

import { bundle } from "./bundle.js";
import { componentize } from "./componentize.js";
import { readTools } from "./program.js";
import { entryOf } from "./toolchain.js";

/**
 * @param {string} project the folder of package.json
 * @param {string} out the file of the component
 */
export async function build(project, out) {
  const entry = entryOf(project);
  const tools = await readTools(project, entry);
  const { code, imports } = await bundle(project, entry, tools);
  writeFileSync(out, await componentize(project, code, imports));
}
