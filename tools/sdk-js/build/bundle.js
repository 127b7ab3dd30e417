// From a project's modules to one.

import { relative } from "node:path";

import { specifier } from "./interfaces.js";
import { Problems } from "./problems.js";
import { load } from "./toolchain.js";

/**
 * @typedef {object} Bundle
 * @property {string} code one ES module, which imports nothing but interfaces
 * @property {Map<string, Set<string>>} imports interfaces, by the names that modules import them by, with the functions that are used
 */

/**
 * Makes one module of a project's, with an entry that exports its tools. What nothing uses is left out, so that the imports that
 * remain are those that something uses.
 *
 * @param {string} project
 * @param {string} entry
 * @param {readonly import("./program.js").Tool[]} tools
 * @returns {Promise<Bundle>}
 */
export async function bundle(project, entry, tools) {
  /** @type {import("typescript")} */
  const ts = await load(project, "typescript");
  const plain = await bundled(project, entryText(project, entry, tools, []));
  const needed = sourcesOf(ts, parsed(ts, plain));
  const code = needed.length === 0 ? plain : await bundled(project, entryText(project, entry, tools, needed));
  const statements = importStatements(ts, parsed(ts, code));
  /** @type {Bundle["imports"]} */
  const imports = new Map();
  for (const { from, functions } of statements) {
    if (functions.size > 0) imports.set(from, new Set([...(imports.get(from) ?? []), ...functions.values()]));
  }
  return { code: withImports(code, statements), imports };
}

/**
 * @param {string} project
 * @param {string} contents
 */
async function bundled(project, contents) {
  /** @type {import("esbuild")} */
  const esbuild = await load(project, "esbuild");
  const outcome = await esbuild
    .build({
      ...settings(project),
      stdin: { contents, resolveDir: project, sourcefile: "usher-entry.js" },
      platform: "neutral",
      // Of packages, what is for anybody: what is for browsers or for Node.js needs what isn't there.
      mainFields: ["module", "main"],
      plugins: [interfaces()],
      write: false,
    })
    .catch(asProblems);
  return outcome.outputFiles?.[0]?.text ?? "";
}

/**
 * @param {import("typescript")} ts
 * @param {string} code
 */
function parsed(ts, code) {
  return ts.createSourceFile("bundle.js", code, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
}

/**
 * Settings for every bundle of the project.
 *
 * @param {string} project
 * @returns {import("esbuild").BuildOptions}
 */
export function settings(project) {
  return {
    absWorkingDir: project,
    bundle: true,
    format: "esm",
    target: "es2023",
    charset: "utf8",
    logLevel: "silent",
    // The project's own says how to check; how to bundle is the same for all.
    tsconfigRaw: { compilerOptions: { target: "es2023" } },
  };
}

/**
 * esbuild's own account of what is wrong.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function asProblems(error) {
  const errors = /** @type {{ errors?: import("esbuild").Message[] }} */ (error).errors;
  if (errors === undefined) throw error;
  throw new Problems(
    errors.map(({ location, text, notes }) => {
      const place = location ? `${location.file}(${location.line},${location.column + 1}): ` : "";
      return [`${place}error: ${text}`, ...notes.map((note) => `  ${note.text}`)].join("\n");
    }),
  );
}

/**
 * @param {string} project
 * @param {string} entry
 * @param {readonly import("./program.js").Tool[]} tools
 * @param {readonly string[]} modules what else is to be there
 */
function entryText(project, entry, tools, modules) {
  const described = tools.map(({ exported, ...rest }) => {
    const facts = JSON.stringify(rest);
    return `  { tool: project[${JSON.stringify(exported)}], ...${facts} },`;
  });
  const path = relative(project, entry).replaceAll("\\", "/");
  return [
    'import "usher-sdk/component/start";',
    ...modules.map((name) => `import ${JSON.stringify(name)};`),
    `import * as project from ${JSON.stringify(`./${path}`)};`,
    'import { component } from "usher-sdk/component";',
    "export const tools = component([",
    ...described,
    "]);",
    "",
  ].join("\n");
}

/**
 * Puts the host's interfaces in the place of what stands in for them.
 *
 * @returns {import("esbuild").Plugin}
 */
function interfaces() {
  return {
    name: "interfaces",
    setup(build) {
      build.onResolve({ filter: /^#host\// }, ({ path }) => ({
        path: specifier(path.slice("#host/".length)),
        external: true,
        sideEffects: false,
      }));
    },
  };
}

/**
 * The import statements of a bundle, with what of them is used: their own names by those that the module has for them. esbuild
 * leaves a name out of a module of the project's, and keeps those of what is outside the bundle, used or not.
 *
 * @param {import("typescript")} ts
 * @param {import("typescript").SourceFile} file
 */
function importStatements(ts, file) {
  const used = names(ts, file);
  return file.statements.filter(ts.isImportDeclaration).map((statement) => {
    /** @type {Map<string, string>} */
    const functions = new Map();
    const named = statement.importClause?.namedBindings;
    if (named && ts.isNamedImports(named)) {
      for (const { propertyName, name } of named.elements) {
        if (used.has(name.text)) functions.set(name.text, (propertyName ?? name).text);
      }
    }
    const from = /** @type {import("typescript").StringLiteral} */ (statement.moduleSpecifier).text;
    return { from, functions, start: statement.getStart(file), end: statement.end };
  });
}

/**
 * The names that mean a variable somewhere in a file, its imports apart.
 *
 * @param {import("typescript")} ts
 * @param {import("typescript").SourceFile} file
 */
function names(ts, file) {
  /** @type {Set<string>} */
  const found = new Set();
  const visit = (/** @type {import("typescript").Node} */ node) => {
    if (ts.isImportDeclaration(node)) return;
    const { parent } = node;
    const isProperty = parent && "name" in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
    if (ts.isIdentifier(node) && !isProperty) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/**
 * A bundle with these imports and no others.
 *
 * @param {string} code
 * @param {ReturnType<typeof importStatements>} statements
 */
function withImports(code, statements) {
  const [parts, end] = statements.reduce(
    ([done, at], { from, functions, start, end }) => {
      const list = [...functions].map(([local, own]) => `${own} as ${local}`).join(", ");
      const statement = functions.size === 0 ? "" : `import { ${list} } from ${JSON.stringify(from)};`;
      return [done + code.slice(at, start) + statement, end];
    },
    ["", 0],
  );
  return parts + code.slice(end);
}

/**
 * The modules of the SDK that a bundle needs without naming them, because it asks for the time or for random numbers.
 *
 * @param {import("typescript")} ts
 * @param {import("typescript").SourceFile} file
 */
function sourcesOf(ts, file) {
  let clock = false;
  let random = false;
  const visit = (/** @type {import("typescript").Node} */ node) => {
    if (ts.isCallExpression(node)) {
      const called = node.expression.getText(file);
      clock ||= called === "Date.now" || called === "Date";
      random ||= called === "Math.random" || /^(globalThis\.)?crypto\.(getRandomValues|randomUUID)$/.test(called);
    }
    clock ||= ts.isNewExpression(node) && node.expression.getText(file) === "Date" && !node.arguments?.length;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return [...(clock ? ["usher-sdk/clock"] : []), ...(random ? ["usher-sdk/random"] : [])];
}
