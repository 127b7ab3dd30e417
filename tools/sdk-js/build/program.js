// What the types of a project say about its tools.

import { existsSync } from "node:fs";
import { join } from "node:path";

import { Problems, problemAt, shownPath } from "./problems.js";
import { inputSchema, outputSchema } from "./schema/index.js";
import { SDK, load } from "./toolchain.js";

/**
 * A tool as the build has read it.
 *
 * @typedef {object} Tool
 * @property {string} exported the name of its export
 * @property {string} name the tool's name, unless its options have another
 * @property {string} description
 * @property {string} inputSchema
 * @property {string | null} outputSchema
 */

/**
 * Checks the project's types and reads its tools.
 *
 * @param {string} project
 * @param {string} entry
 * @returns {Promise<Tool[]>}
 */
export async function readTools(project, entry) {
  /** @type {import("typescript")} */
  const ts = await load(project, "typescript");
  const options = compilerOptions(ts, project);
  const program = ts.createProgram({ rootNames: [entry, join(SDK, "src/globals.d.ts")], options });
  const wrong = mistakes(ts, program, project);
  if (wrong.length > 0) throw new Problems(wrong);

  const checker = program.getTypeChecker();
  const file = program.getSourceFile(entry);
  const module = file && checker.getSymbolAtLocation(file);
  if (!file || !module) throw new Problems([`${shownPath(entry, project)}: error: it exports nothing, so there is no tool`]);
  /** @type {Tool[]} */
  const tools = [];
  /** @type {string[]} */
  const problems = [];
  for (const exported of checker.getExportsOfModule(module)) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const node = symbol.valueDeclaration;
    if (!node) continue;
    const type = checker.getTypeOfSymbolAtLocation(symbol, node);
    if (!isTool(type)) continue;
    const [input, output] = checker.getTypeArguments(/** @type {import("typescript").TypeReference} */ (type));
    const description = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
    const say = (/** @type {string} */ text) => problems.push(problemAt(ts, node, project, text));
    if (description === "") {
      say(`the tool ${exported.name} has no doc comment, which says what it does and when to use it, for the model`);
    }
    if (!input || !output) continue;
    const context = { ts, checker, program, sdk: SDK, at: node, say };
    tools.push({
      exported: exported.name,
      name: snakeCase(exported.name),
      description,
      inputSchema: JSON.stringify(inputSchema(context, input)),
      outputSchema: stringified(outputSchema(context, output)),
    });
  }
  if (problems.length > 0) throw new Problems(problems);
  if (tools.length === 0) {
    throw new Problems([`${shownPath(entry, project)}(1,1): error: it exports no tool: write \`export const name = tool({ … }, (input) => …)\``]);
  }
  return tools;
}

/**
 * The project's own settings, on the terms of a component: neither a browser's nor Node's globals are there.
 *
 * @param {import("typescript")} ts
 * @param {string} project
 * @returns {import("typescript").CompilerOptions}
 */
function compilerOptions(ts, project) {
  const file = join(project, "tsconfig.json");
  /** @type {import("typescript").CompilerOptions} */
  let own = { strict: true, checkJs: true };
  if (existsSync(file)) {
    const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
    const parsed = ts.parseJsonConfigFileContent(config ?? {}, ts.sys, project, undefined, file);
    const [first] = error ? [error] : parsed.errors.filter(({ code }) => code !== NO_INPUTS);
    if (first) throw new Problems([`tsconfig.json: error: ${ts.flattenDiagnosticMessageText(first.messageText, "\n")}`]);
    own = parsed.options;
  }
  return {
    ...own,
    allowJs: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts"],
    types: [],
    strictNullChecks: true,
  };
}

/** TypeScript's "No inputs were found in config file": the entry is the input. */
const NO_INPUTS = 18003;

/**
 * What TypeScript has to say about the project's own files. A type that is wrong would be a schema that is wrong.
 *
 * @param {import("typescript")} ts
 * @param {import("typescript").Program} program
 * @param {string} project
 */
function mistakes(ts, program, project) {
  const all = [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics()];
  for (const file of program.getSourceFiles()) {
    const foreign = file.fileName.startsWith(`${SDK}/`) || file.fileName.includes("/node_modules/");
    if (foreign || program.isSourceFileDefaultLibrary(file)) continue;
    all.push(...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file));
  }
  return all
    .filter(({ category }) => category === ts.DiagnosticCategory.Error)
    .map(({ file, start, code, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, "\n  ");
      if (!file) return `error TS${code}: ${text}`;
      const { line, character } = ts.getLineAndCharacterOfPosition(file, start ?? 0);
      return `${shownPath(file.fileName, project)}(${line + 1},${character + 1}): error TS${code}: ${text}`;
    });
}

/** @param {import("typescript").Type} type */
function isTool(type) {
  const declared = type.symbol?.declarations?.[0]?.getSourceFile().fileName;
  return type.symbol?.name === "Tool" && declared === `${SDK}/src/tool.ts`;
}

/**
 * `addNote` as `add_note`, which is how most tools are named.
 *
 * @param {string} name
 */
export function snakeCase(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** @param {object | null} schema */
function stringified(schema) {
  return schema === null ? null : JSON.stringify(schema);
}
