// The programs that build, as the project has installed them.

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Problems } from "./problems.js";

/** The folder of this SDK. */
export const SDK = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** The folder of the contract: beside the SDK's sources in a project, at the top in the SDK's own repository. */
export const WIT = [join(SDK, "wit"), join(SDK, "../../wit")].find((folder) => existsSync(join(folder, "tool")));

/**
 * Loads a package of the project's.
 *
 * @param {string} project
 * @param {string} name
 */
export async function load(project, name) {
  let file;
  try {
    file = createRequire(join(project, "package.json")).resolve(name);
  } catch {
    throw new Problems([`error: the package ${name} isn't installed: run \`npm install\` in ${project}`]);
  }
  const loaded = await import(pathToFileURL(file).href);
  return loaded.default ?? loaded;
}

/**
 * The entry module of a project: `main` of its package.json.
 *
 * @param {string} project
 */
export function entryOf(project) {
  const manifest = join(project, "package.json");
  let main;
  try {
    ({ main } = JSON.parse(readFileSync(manifest, "utf8")));
  } catch (error) {
    throw new Problems([`error: ${manifest} can't be read: ${error instanceof Error ? error.message : error}`]);
  }
  if (typeof main !== "string") {
    throw new Problems([`error: ${manifest} has no "main", which names the module that exports the tools: "src/index.ts"`]);
  }
  const entry = join(project, main);
  if (!existsSync(entry)) throw new Problems([`error: ${manifest} names ${main}, which isn't there`]);
  return entry;
}
