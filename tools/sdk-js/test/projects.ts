// Projects of one module, which tests write.

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { bundle } from "../build/bundle.js";
import { Problems } from "../build/problems.js";
import { type Tool, readTools } from "../build/program.js";
import { entryOf } from "../build/toolchain.js";

/** A schema is any JSON. */
export type Schema = any;

/** Does something with a project whose entry module is this; the SDK's own names are imported already. */
export async function withProject<T>(source: string, language: "ts" | "js", act: (project: string) => Promise<T>): Promise<T> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), "usher-sdk-")));
  try {
    mkdirSync(join(project, "src"));
    // What builds is installed beside the SDK.
    symlinkSync(dirname(sdk()), join(project, "node_modules"));
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "tried", type: "module", main: `src/index.${language}` }));
    const names = "Questions, ToolError, ToolResult, tool";
    writeFileSync(join(project, `src/index.${language}`), `import { ${names} } from "usher-sdk";\n${source}`);
    return await act(project);
  } finally {
    rmSync(project, { recursive: true });
  }
}

/** The schemas of the one tool of a project. */
export async function schemas(source: string, language: "ts" | "js" = "ts"): Promise<{ input: Schema; output: Schema | null }> {
  const [tool] = await tools(source, language);
  if (tool === undefined) throw new Error("no tool");
  const { inputSchema, outputSchema } = tool;
  return { input: JSON.parse(inputSchema), output: outputSchema === null ? null : JSON.parse(outputSchema) };
}

export function tools(source: string, language: "ts" | "js" = "ts"): Promise<Tool[]> {
  return withProject(source, language, (project) => readTools(project, entryOf(project)));
}

/** The functions that the component of a project imports, as `INTERFACE#FUNCTION`. */
export async function imports(source: string): Promise<string[]> {
  return withProject(source, "ts", async (project) => {
    const entry = entryOf(project);
    const built = await bundle(project, entry, await readTools(project, entry));
    return [...built.imports].flatMap(([name, functions]) => [...functions].map((one) => `${name}#${one}`)).sort();
  });
}

/** What is wrong with a project. */
export async function wrong(source: string): Promise<string> {
  try {
    await tools(source);
  } catch (error) {
    if (error instanceof Problems) return error.message;
    throw error;
  }
  throw new Error("nothing is wrong with it");
}

/** Runs the SDK's command line. */
export function commandLine(words: readonly string[]): Promise<{ code: number; said: string }> {
  return new Promise((done) => {
    const main = join(sdk(), "build/main.js");
    execFile(process.execPath, [main, ...words], (error, stdout, stderr) => {
      done({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, said: stdout + stderr });
    });
  });
}

/** The folder of this SDK; the tests are bundled into a folder below it. */
function sdk(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "build/main.js"))) folder = resolve(folder, "..");
  return folder;
}
