// From one type to its schema.

import { keywords } from "./tags.js";

/**
 * @typedef {import("./index.js").Context} Context
 * @typedef {import("./index.js").Schema} Schema
 * @typedef {import("typescript").Type} Type
 * @typedef {import("typescript").TypeNode} TypeNode
 * @typedef {import("typescript").Symbol} Symbol
 */

/** What to write for types that JSON can't hold. @type {Record<string, string>} */
const INSTEAD = {
  Date: "a string with `@format date` or `@format date-time`",
  Map: "Record<string, …>",
  ReadonlyMap: "Record<string, …>",
  Set: "an array with `@uniqueItems`",
  ReadonlySet: "an array with `@uniqueItems`",
  RegExp: "a string",
  Uint8Array: "a string in base64",
  ArrayBuffer: "a string in base64",
  BigInt: "a number or a string",
};

export class Writer {
  /** Objects that are being written, from the outermost in, and the names of those that were met again. */
  #open = /** @type {{ type: Type, name: string | null }[]} */ ([]);
  /** @type {Record<string, Schema>} */
  #definitions = {};

  /**
   * @param {Context} context
   * @param {string} what "input" or "result": where paths start
   */
  constructor(context, what) {
    this.context = context;
    this.what = what;
  }

  /**
   * @param {readonly Type[]} types what it may be
   * @returns {Schema}
   */
  root(types) {
    const [only, another] = types;
    const schema =
      only !== undefined && another === undefined ? this.#of(only, undefined, this.what) : this.#choice(types, this.what);
    const names = Object.keys(this.#definitions);
    return names.length === 0 ? schema : { ...schema, $defs: this.#definitions };
  }

  /**
   * @param {string} path
   * @param {string} text
   */
  #wrong(path, text) {
    this.context.say(`${path}: ${text}`);
    return {};
  }

  /**
   * The schema of a type. `node` is how the source writes it, if that is known: it leads to aliases, whose doc comments count.
   *
   * @param {Type} type
   * @param {TypeNode | undefined} node
   * @param {string} path
   * @returns {Schema}
   */
  #of(type, node, path) {
    const { ts } = this.context;
    const alias = node && this.#alias(node);
    if (alias) {
      const written = this.#of(type, alias.type, path);
      // What an object is, its own doc comment has said.
      return this.#described(written, alias.symbol, path);
    }
    const named = node && this.#onlyNamed(node);
    if (type.isUnion() && named && type.types.some(({ flags }) => flags & ts.TypeFlags.Null)) {
      return orNull(this.#of(this.context.checker.getNonNullableType(type), named, path));
    }
    const { flags } = type;
    const is = (/** @type {number} */ flag) => (flags & flag) !== 0;
    if (is(ts.TypeFlags.Any)) return this.#wrong(path, "`any` says nothing; say what it is, or `unknown` for any JSON");
    if (is(ts.TypeFlags.Unknown)) return {};
    if (is(ts.TypeFlags.Null)) return { type: "null" };
    if (type.isStringLiteral()) return { type: "string", const: type.value };
    if (type.isNumberLiteral()) return { type: "number", const: type.value };
    if (is(ts.TypeFlags.BooleanLiteral)) return { type: "boolean", const: this.context.checker.typeToString(type) === "true" };
    if (is(ts.TypeFlags.TemplateLiteral)) return this.#wrong(path, "a template literal type has no schema; write `string` with `@pattern`");
    if (is(ts.TypeFlags.StringLike)) return { type: "string" };
    if (is(ts.TypeFlags.NumberLike) && !type.isUnion()) return { type: "number" };
    if (is(ts.TypeFlags.Boolean)) return { type: "boolean" };
    if (is(ts.TypeFlags.BigIntLike)) return this.#wrong(path, `JSON has no bigint; write ${INSTEAD.BigInt}`);
    if (type.isUnion()) return this.#choice(this.#inOrder(type, node), path);
    if (is(ts.TypeFlags.Object) || type.isIntersection()) return this.#object(type, node, path);
    return this.#wrong(path, `JSON can't hold \`${this.context.checker.typeToString(type)}\``);
  }

  /**
   * The alias that the source names there, if it names one that isn't generic.
   *
   * @param {TypeNode} node
   */
  #alias(node) {
    const { ts, checker } = this.context;
    let named = node;
    while (ts.isParenthesizedTypeNode(named)) named = named.type;
    if (!ts.isTypeReferenceNode(named)) return undefined;
    let symbol = checker.getSymbolAtLocation(named.typeName);
    if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    const declared = symbol?.declarations?.find(ts.isTypeAliasDeclaration);
    if (!symbol || !declared || declared.typeParameters) return undefined;
    return { symbol, type: declared.type };
  }

  /**
   * The one member of a union, as the source writes it, that is neither `null` nor `undefined`.
   *
   * @param {TypeNode} node
   */
  #onlyNamed(node) {
    const { ts } = this.context;
    if (!ts.isUnionTypeNode(node)) return undefined;
    const isNothing = (/** @type {TypeNode} */ one) =>
      one.kind === ts.SyntaxKind.UndefinedKeyword || (ts.isLiteralTypeNode(one) && one.literal.kind === ts.SyntaxKind.NullKeyword);
    const [only, another] = node.types.filter((one) => !isNothing(one));
    return another === undefined ? only : undefined;
  }

  /**
   * The members of a union as the source writes them; TypeScript has an order of its own.
   *
   * @param {import("typescript").UnionType} type
   * @param {TypeNode | undefined} node
   */
  #inOrder(type, node) {
    const { ts, checker } = this.context;
    if (!node || !ts.isUnionTypeNode(node)) return type.types;
    const written = node.types.flatMap((one) => {
      const member = checker.getTypeFromTypeNode(one);
      return member.isUnion() ? member.types : [member];
    });
    const position = (/** @type {Type} */ one) => {
      const at = written.indexOf(one);
      return at < 0 ? written.length : at;
    };
    return [...type.types].sort((one, other) => position(one) - position(other));
  }

  /**
   * @param {readonly Type[]} types
   * @param {string} path
   * @returns {Schema}
   */
  #choice(types, path) {
    const { ts } = this.context;
    const nullable = types.some(({ flags }) => flags & ts.TypeFlags.Null);
    const beyond = ts.TypeFlags.Null | ts.TypeFlags.Undefined;
    const schemas = types.filter(({ flags }) => !(flags & beyond)).map((one) => this.#of(one, undefined, path));
    /** @type {Schema[]} */
    const choices = [];
    for (const type of ["string", "number", "boolean"]) {
      const values = schemas.filter((one) => one.type === type && "const" in one).map((one) => one.const);
      if (type === "boolean" && values.length === 2) choices.push({ type });
      else if (values.length > 0) choices.push({ type, enum: values });
    }
    choices.push(...schemas.filter((one) => !("const" in one)));
    const [only] = choices;
    if (only === undefined) return { type: "null" };
    const schema = choices.length > 1 ? { anyOf: choices } : only;
    return nullable ? orNull(schema) : schema;
  }

  /**
   * @param {Type} type
   * @param {TypeNode | undefined} node
   * @param {string} path
   * @returns {Schema}
   */
  #object(type, node, path) {
    const { ts, checker, program } = this.context;
    const met = this.#open.find((one) => one.type === type);
    if (met) return this.#reference(met);
    if (checker.isArrayType(type)) {
      const [item] = checker.getTypeArguments(/** @type {import("typescript").TypeReference} */ (type));
      const written = node && ts.isArrayTypeNode(node) ? node.elementType : firstArgument(ts, node);
      return { type: "array", items: item ? this.#of(item, written, `${path}[]`) : {} };
    }
    if (checker.isTupleType(type)) return this.#tuple(type, path);
    if (type.getCallSignatures().length > 0) return this.#wrong(path, "JSON has no functions");
    const declared = type.symbol?.declarations?.[0];
    if (declared && program.isSourceFileDefaultLibrary(declared.getSourceFile()) && !ts.isMappedTypeNode(declared)) {
      const { name } = type.symbol;
      return this.#wrong(path, `JSON has no ${name}; write ${INSTEAD[name] ?? "a type of your own"}`);
    }
    if (type.isClass()) return this.#wrong(path, `${type.symbol.name} is a class; write an interface`);

    const entry = { type, name: /** @type {string | null} */ (null) };
    this.#open.push(entry);
    const symbol = type.aliasSymbol ?? type.symbol;
    // What the library says of `Record` says nothing of this one.
    const own = symbol?.declarations?.some((one) => !program.isSourceFileDefaultLibrary(one.getSourceFile()));
    const schema = this.#described(this.#members(type, path), own ? symbol : undefined, path);
    this.#open.pop();
    if (entry.name === null || this.#open.length === 0) return schema;
    this.#definitions[entry.name] = schema;
    return { $ref: `#/$defs/${entry.name}` };
  }

  /**
   * A type within itself.
   *
   * @param {{ type: Type, name: string | null }} met
   */
  #reference(met) {
    if (met === this.#open[0]) return { $ref: "#" };
    met.name ??= this.#freeName((met.type.aliasSymbol ?? met.type.symbol)?.name ?? "Type");
    return { $ref: `#/$defs/${met.name}` };
  }

  /** @param {string} name */
  #freeName(name) {
    const plain = /^\w+$/.test(name) && !name.startsWith("__") ? name : "Type";
    const taken = new Set([...Object.keys(this.#definitions), ...this.#open.map((one) => one.name)]);
    let free = plain;
    for (let number = 2; taken.has(free); number += 1) free = `${plain}${number}`;
    return free;
  }

  /**
   * @param {Type} type
   * @param {string} path
   * @returns {Schema}
   */
  #members(type, path) {
    const { ts, checker } = this.context;
    /** @type {Record<string, Schema>} */
    const properties = {};
    /** @type {string[]} */
    const required = [];
    for (const property of checker.getPropertiesOfType(type)) {
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
      const whole = checker.getTypeOfSymbolAtLocation(property, property.valueDeclaration ?? this.context.at);
      const held = optional ? checker.getNonNullableType(whole) : whole;
      // An optional property that may also be null keeps its null in a result only.
      const value = optional && this.what === "result" ? withoutUndefined(this.context, whole) : held;
      const below = `${path}.${property.name}`;
      const schema = this.#of(value, this.#nodeOf(property, value), below);
      properties[property.name] = this.#described(schema, property, below);
      if (!optional) required.push(property.name);
    }
    const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
    // What a model writes has no other properties. What a tool gives may: an object fits a type that names fewer.
    const others = index ? this.#of(index.type, undefined, `${path}[…]`) : this.what === "input" ? false : undefined;
    return {
      type: "object",
      properties,
      ...(required.length > 0 ? { required } : {}),
      ...(others === undefined ? {} : { additionalProperties: others }),
    };
  }

  /**
   * How the source writes the type of a property, if that is the whole of it.
   *
   * @param {Symbol} property
   * @param {Type} type
   */
  #nodeOf(property, type) {
    const { ts, checker } = this.context;
    const declared = property.valueDeclaration;
    if (!declared || !(ts.isPropertySignature(declared) || ts.isPropertyDeclaration(declared))) return undefined;
    const node = declared.type;
    if (!node || checker.getTypeFromTypeNode(node) === type) return node;
    const named = this.#onlyNamed(node);
    return named && checker.getTypeFromTypeNode(named) === type ? named : undefined;
  }

  /**
   * @param {Type} type
   * @param {string} path
   * @returns {Schema}
   */
  #tuple(type, path) {
    const reference = /** @type {import("typescript").TupleTypeReference} */ (type);
    const { minLength, hasRestElement } = /** @type {import("typescript").TupleType} */ (reference.target);
    const types = this.context.checker.getTypeArguments(reference);
    if (hasRestElement) return this.#wrong(path, "a tuple has a fixed length; write an array");
    const prefixItems = types.map((one, at) => this.#of(one, undefined, `${path}[${at}]`));
    return { type: "array", prefixItems, items: false, minItems: minLength };
  }

  /**
   * A schema with what a doc comment says.
   *
   * @param {Schema} schema
   * @param {Symbol | undefined} symbol
   * @param {string} path
   * @returns {Schema}
   */
  #described(schema, symbol, path) {
    const { ts, checker } = this.context;
    if (!symbol) return schema;
    const description = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
    const tags = symbol.getJsDocTags(checker).map(({ name, text }) => ({ name, text: ts.displayPartsToString(text).trim() }));
    const found = keywords(tags, schema, (text) => this.context.say(`${path}: ${text}`));
    const { description: inner, ...rest } = schema;
    const said = description || inner;
    return { ...(said ? { description: said } : {}), ...rest, ...found };
  }
}

/**
 * A schema that takes `null`, too.
 *
 * @param {Schema} schema
 * @returns {Schema}
 */
function orNull(schema) {
  if (Array.isArray(schema.anyOf) && Object.keys(schema).length === 1) return { anyOf: [...schema.anyOf, { type: "null" }] };
  if (typeof schema.type !== "string" || schema.type === "object") return { anyOf: [schema, { type: "null" }] };
  const values = "enum" in schema ? { enum: [...schema.enum, null] } : {};
  return { ...schema, type: [schema.type, "null"], ...values };
}

/**
 * `Array<T>` and `readonly T[]` as the source writes them.
 *
 * @param {import("typescript")} ts
 * @param {TypeNode | undefined} node
 * @returns {TypeNode | undefined}
 */
function firstArgument(ts, node) {
  if (node && ts.isTypeReferenceNode(node)) return node.typeArguments?.[0];
  if (node && ts.isTypeOperatorNode(node) && ts.isArrayTypeNode(node.type)) return node.type.elementType;
  return undefined;
}

/**
 * @param {Context} context
 * @param {Type} type
 */
function withoutUndefined({ ts, checker }, type) {
  if (!type.isUnion() || !type.types.some(({ flags }) => flags & ts.TypeFlags.Null)) return checker.getNonNullableType(type);
  return type;
}
