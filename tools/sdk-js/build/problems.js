// What is wrong with a project, as its author reads it.

/** One or more things that are wrong with a project; the message has a line for each, with its place. */
export class Problems extends Error {
  /** @param {string[]} lines */
  constructor(lines) {
    super(lines.join("\n"));
  }
}

/**
 * `src/index.ts(3,7): error: …`, in the form that editors find places in.
 *
 * @param {import("typescript")} ts
 * @param {import("typescript").Node} node
 * @param {string} project the folder that paths are shown from
 * @param {string} text
 */
export function problemAt(ts, node, project, text) {
  const file = node.getSourceFile();
  const { line, character } = ts.getLineAndCharacterOfPosition(file, node.getStart(file));
  return `${shownPath(file.fileName, project)}(${line + 1},${character + 1}): error: ${text}`;
}

/**
 * @param {string} file
 * @param {string} project
 */
export function shownPath(file, project) {
  return file.startsWith(`${project}/`) ? file.slice(project.length + 1) : file;
}
