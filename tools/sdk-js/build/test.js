// The tests of a project, by Node's own runner.
//
// They are bundled first, as the component is: TypeScript then runs on every Node.js, and what is tested is what is built.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { asProblems, settings } from "./bundle.js";
import { Problems } from "./problems.js";
import { SDK, load } from "./toolchain.js";

/**
 * Runs tests: those of the folder `test/`, unless files are named.
 *
 * @param {string} project
 * @param {readonly string[]} files
 * @returns {Promise<number>} the exit code
 */
export async function test(project, files) {
  /** @type {import("esbuild")} */
  const esbuild = await load(project, "esbuild");
  const entries = files.length > 0 ? files.map((file) => resolve(file)) : testsIn(join(project, "test"));
  if (entries.length === 0) throw new Problems([`error: ${join(project, "test")} holds no tests, NAME.test.ts`]);
  // In the project, so that whatever is installed there is found.
  mkdirSync(join(project, "target"), { recursive: true });
  const folder = mkdtempSync(join(project, "target/test-"));
  try {
    await esbuild
      .build({
        ...settings(project),
        entryPoints: entries,
        outdir: folder,
        outbase: project,
        outExtension: { ".js": ".mjs" },
        platform: "node",
        // A test and the tools that it tests share one SDK; whatever else is installed is loaded as it is.
        splitting: true,
        sourcemap: "inline",
        plugins: [loadedAsItIs()],
      })
      .catch(asProblems);
    const built = entries.map((entry) => join(folder, relative(project, entry).replace(/\.\w+$/, ".mjs")));
    // A runner that runs a runner: the inner one takes its own output format from this.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { cwd: project, env, stdio: "inherit" });
    return run.status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The build's own code, which knows where it lies: for the SDK's own tests.
 *
 * @returns {import("esbuild").Plugin}
 */
function loadedAsItIs() {
  return {
    name: "loaded as it is",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const file = resolve(resolveDir, path);
        return file.startsWith(join(SDK, "build/")) ? { path: file, external: true } : undefined;
      });
    },
  };
}

/** @param {string} folder */
function testsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.test\.(js|mjs|ts|mts)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
