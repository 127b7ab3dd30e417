// From one module to a component, by QuickJS.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { WASI } from "./interfaces.js";
import { Problems } from "./problems.js";
import { load } from "./toolchain.js";
import { writeWorld } from "./world.js";

/**
 * @param {string} project
 * @param {string} code
 * @param {Map<string, Set<string>>} imports
 * @returns {Promise<Buffer>}
 */
export async function componentize(project, code, imports) {
  const engine = await load(project, "componentize-qjs");
  const folder = mkdtempSync(join(tmpdir(), "usher-world-"));
  try {
    writeWorld(folder, imports);
    const { component } = await engine.componentize({
      witPath: folder,
      world: "component",
      jsSource: code,
      // Without WASI, the contract is all that a component can reach.
      stubWasi: true,
      // The contract's functions are plain ones.
      sync: true,
      // A third smaller, and with smaller memory faster to start.
      optSize: true,
    });
    return withWasiNames(component, imports);
  } catch (error) {
    throw new Problems([`error: the modules can't be read in a component: ${error instanceof Error ? error.message : error}`]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Gives the imports of WASI their own names.
 *
 * @param {Buffer} component
 * @param {Map<string, Set<string>>} imports
 */
function withWasiNames(component, imports) {
  for (const { through, wasi } of Object.values(WASI)) {
    if (!imports.has(through)) continue;
    for (let at = component.indexOf(through); at >= 0; at = component.indexOf(through, at)) component.write(wasi, at, "latin1");
  }
  return component;
}
