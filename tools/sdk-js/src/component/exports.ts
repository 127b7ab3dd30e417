// From the tools of a component to its exports. The entry that the build writes calls this, and nobody else.

import { Context } from "../context.ts";
import { CapabilityError, MISTAKE, ToolError } from "../error.ts";
import type { CallToolOutcome, Icon, RequestContext, ToolDescription } from "../host/types.ts";
import { error as logError } from "../log.ts";
import { outcome } from "../reply.ts";
import { type Tool, requirements } from "../tool.ts";
import { shown, stackOf } from "./console.ts";
import { callBegins } from "./guard.ts";

/** A tool with what the build has read of its export, its doc comment and its types. */
export interface Described {
  tool: Tool<never, unknown>;
  /** The name of the export, unless the tool's options have another. */
  name: string;
  description: string;
  /** JSON Schemas. */
  inputSchema: string;
  outputSchema: string | null;
}

/** The interface `usher:tool/tools`. */
export interface Exports {
  listTools(): ToolDescription[];
  callTool(name: string, json: string, context: RequestContext): CallToolOutcome;
}

/** Exports these tools, in the order in which they are shown. */
export function component(tools: readonly Described[]): Exports {
  const byName = new Map(tools.map((described) => [nameOf(described), described]));
  const descriptions = tools.map(describe);
  return {
    listTools: () => descriptions,
    callTool: (name, json, context) => {
      callBegins();
      const described = byName.get(name);
      if (described === undefined) throw ToolError.notFound();
      return call(described, json, context);
    },
  };
}

function call({ tool, outputSchema }: Described, json: string, context: RequestContext): CallToolOutcome {
  try {
    const input = argumentsOf(json) as never;
    const result = (tool as Tool<unknown, unknown>)(input, new Context(context));
    return outcome(result, outputSchema !== null);
  } catch (thrown) {
    throw answerTo(thrown);
  }
}

/** The host has checked the arguments against the schema; only a caller that isn't the host can send something else. */
function argumentsOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw ToolError.failed(MISTAKE);
  }
}

/** What the client is told; what is a fault stays one, and its text goes to the log, since a trap has none. */
function answerTo(thrown: unknown): unknown {
  if (thrown instanceof ToolError) return thrown;
  if (thrown instanceof CapabilityError) return thrown.answer();
  logError(`uncaught ${thrown instanceof Error ? stackOf(thrown) : shown(thrown)}`);
  // Whatever was thrown must not look like an answer.
  return new Error("uncaught");
}

function nameOf({ tool, name }: Described): string {
  return tool.options.name ?? name;
}

function describe(described: Described): ToolDescription {
  const { options } = described.tool;
  const icons: Icon[] = options.icon === undefined ? [] : [{ src: options.icon, sizes: [] }];
  return {
    name: nameOf(described),
    description: described.description,
    inputSchema: described.inputSchema,
    options: {
      title: options.title ?? null,
      outputSchema: described.outputSchema,
      annotations: {
        readOnly: options.readOnly ?? null,
        destructive: options.destructive ?? null,
        idempotent: options.idempotent ?? null,
        openWorld: options.openWorld ?? null,
      },
      requires: requirements(options.requires ?? {}),
      longRunning: options.longRunning ?? false,
      icons,
    },
  };
}
