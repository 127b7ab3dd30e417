// What doc comments say: descriptions, and bounds as tags.

/**
 * How each tag becomes a keyword of a schema. <https://json-schema.org/draft/2020-12/json-schema-validation>
 *
 * @type {Record<string, (text: string) => Record<string, unknown>>}
 */
const KEYWORDS = {
  minLength: (text) => ({ minLength: whole(text) }),
  maxLength: (text) => ({ maxLength: whole(text) }),
  pattern: (text) => ({ pattern: text }),
  format: (text) => ({ format: text }),
  minimum: (text) => ({ minimum: number(text) }),
  maximum: (text) => ({ maximum: number(text) }),
  exclusiveMinimum: (text) => ({ exclusiveMinimum: number(text) }),
  exclusiveMaximum: (text) => ({ exclusiveMaximum: number(text) }),
  multipleOf: (text) => ({ multipleOf: number(text) }),
  integer: (text) => (text === "" ? { type: "integer" } : wrong("stands alone")),
  minItems: (text) => ({ minItems: whole(text) }),
  maxItems: (text) => ({ maxItems: whole(text) }),
  uniqueItems: (text) => (text === "" ? { uniqueItems: true } : wrong("stands alone")),
  default: (text) => ({ default: json(text) }),
  deprecated: () => ({ deprecated: true }),
};

/** To which types a tag applies; one that isn't here applies to all. @type {Record<string, string>} */
const OF_TYPE = {
  minLength: "string",
  maxLength: "string",
  pattern: "string",
  format: "string",
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  multipleOf: "number",
  integer: "number",
  minItems: "array",
  maxItems: "array",
  uniqueItems: "array",
};

/** Tags that are for the reader of the source. */
const FOR_READERS = new Set([
  "author", "callback", "example", "import", "internal", "param", "privateRemarks", "prop", "property", "readonly", "remarks",
  "returns", "satisfies", "see", "since", "template", "throws", "todo", "type", "typedef", "version",
]);

/**
 * The keywords of some tags. What is wrong goes to `say`.
 *
 * @param {readonly { name: string, text: string }[]} tags
 * @param {Record<string, any>} schema what they apply to
 * @param {(text: string) => void} say
 */
export function keywords(tags, schema, say) {
  /** @type {Record<string, any>} */
  const found = {};
  for (const { name, text } of tags) {
    if (FOR_READERS.has(name)) continue;
    const keyword = KEYWORDS[name];
    if (keyword === undefined) {
      say(`there is no tag @${name}; there are ${Object.keys(KEYWORDS).map((known) => `@${known}`).join(", ")}`);
      continue;
    }
    const type = OF_TYPE[name];
    if (type !== undefined && !holds(schema, type)) {
      say(`@${name} is for a ${type}`);
      continue;
    }
    try {
      Object.assign(found, keyword(text));
    } catch (error) {
      say(`@${name} ${error instanceof Error ? error.message : error}`);
    }
  }
  // A number that may be null stays one.
  if (found.type === "integer" && Array.isArray(schema.type)) {
    found.type = schema.type.map((/** @type {string} */ one) => (one === "number" ? "integer" : one));
  }
  return found;
}

/**
 * @param {Record<string, any>} schema
 * @param {string} type
 */
function holds(schema, type) {
  const types = [schema.type].flat();
  return types.includes(type) || (type === "number" && types.includes("integer"));
}

/** @param {string} text */
function number(text) {
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? wrong("takes a number") : value;
}

/** @param {string} text */
function whole(text) {
  return /^\d+$/.test(text) ? Number(text) : wrong("takes a whole number");
}

/** @param {string} text */
function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return wrong("takes a JSON value, texts in quotation marks");
  }
}

/**
 * @param {string} why
 * @returns {never}
 */
function wrong(why) {
  throw new Error(why);
}
