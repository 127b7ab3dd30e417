// The contract's own types, as a component sees them: records are objects, variants have a `tag` and, if they hold
// something, a `val`; what is optional may be `null` or missing. JSON is a string here.
//
// They are what `usher:tool/types`, `usher:tool/tools`, `usher:host/documents` and `usher:host/graph-types` say.

export type Optional<T> = T | null | undefined;

export interface ContentBlock {
  content: Content;
  options?: Optional<{ annotations?: Optional<Annotations>; meta?: Optional<string> }>;
}

export type Content =
  | { tag: "text"; val: string }
  | { tag: "image" | "audio"; val: { data: Uint8Array; mimeType: string } }
  | { tag: "resource-link"; val: LinkedResource }
  | { tag: "embedded-resource"; val: ResourceContents };

export interface LinkedResource {
  uri: string;
  name: string;
  options?: Optional<ResourceOptions>;
}

export interface ResourceContents {
  uri: string;
  mimeType?: Optional<string>;
  data: { tag: "text"; val: string } | { tag: "blob"; val: Uint8Array };
  meta?: Optional<string>;
}

export interface Annotations {
  audience: ("user" | "assistant")[];
  priority?: Optional<number>;
  lastModified?: Optional<string>;
}

export interface ResourceOptions {
  title?: Optional<string>;
  description?: Optional<string>;
  mimeType?: Optional<string>;
  annotations?: Optional<Annotations>;
  size?: Optional<number>;
  icons: Icon[];
  meta?: Optional<string>;
}

export interface Icon {
  src: string;
  mimeType?: Optional<string>;
  sizes: string[];
  theme?: Optional<"light" | "dark">;
}

export interface ClientCapabilities {
  elicitationForm: boolean;
  elicitationUrl: boolean;
  sampling: boolean;
  samplingTools: boolean;
  roots: boolean;
  tasks: boolean;
  apps: boolean;
}

export interface RequestContext {
  client: ClientCapabilities;
  inputResponses: [string, InputResponse][];
  requestState?: Optional<string>;
  meta?: Optional<string>;
}

export type InputResponse =
  | { tag: "elicit"; val: { tag: "accept"; val: string } | { tag: "decline" } | { tag: "cancel" } }
  | { tag: "create-message"; val: string }
  | { tag: "list-roots"; val: string };

export type InputRequest =
  | { tag: "elicit-form"; val: { message: string; requestedSchema: string } }
  | { tag: "elicit-url"; val: { message: string; url: string } }
  | { tag: "create-message"; val: string }
  | { tag: "list-roots" };

export type ToolFailure =
  | { tag: "failed"; val: string }
  | { tag: "invalid-params"; val: string }
  | { tag: "not-found" }
  | { tag: "sign-in-required" };

export interface CallToolResult {
  content: ContentBlock[];
  structuredContent?: Optional<string>;
  meta?: Optional<string>;
}

export type CallToolOutcome =
  | { tag: "complete"; val: CallToolResult }
  | { tag: "input-required"; val: { inputRequests: [string, InputRequest][]; requestState?: Optional<string> } };

export type Requirement =
  | { tag: "client"; val: Partial<ClientCapabilities> }
  | {
      tag:
        | "my-documents"
        | "my-documents-write"
        | "all-documents"
        | "shared-documents"
        | "shared-documents-write"
        | "graph"
        | "graph-write"
        | "http";
      val: string;
    }
  | { tag: "graph-memberships" };

export interface ToolDescription {
  name: string;
  description: string;
  inputSchema: string;
  options?: Optional<{
    title?: Optional<string>;
    outputSchema?: Optional<string>;
    annotations?: Optional<{
      readOnly?: Optional<boolean>;
      destructive?: Optional<boolean>;
      idempotent?: Optional<boolean>;
      openWorld?: Optional<boolean>;
    }>;
    requires: Requirement[];
    longRunning: boolean;
    icons: Icon[];
    meta?: Optional<string>;
  }>;
}

export interface Item {
  id: string;
  etag: string;
  timestamp: number;
  body: string;
}

export interface Written {
  id: string;
  etag: string;
}

export interface QueryOptions {
  maxItems?: Optional<number>;
  continuation?: Optional<string>;
}

export interface Page {
  items: string;
  continuation?: Optional<string>;
}

export type PatchOperation =
  | { tag: "add" | "set" | "replace"; val: { path: string; value: string } }
  | { tag: "remove"; val: string }
  | { tag: "increment"; val: { path: string; by: number } }
  | { tag: "move"; val: { fromPath: string; path: string } };

export interface PatchOptions {
  ifMatch?: Optional<string>;
  condition?: Optional<string>;
}

export type Write =
  | { tag: "create" | "upsert"; val: string }
  | { tag: "replace"; val: { body: string; ifMatch?: Optional<string> } }
  | { tag: "delete"; val: { id: string; ifMatch?: Optional<string> } };

export type DocumentsFailure =
  | { tag: "not-granted" | "invalid" | "limit-exceeded"; val: string }
  | { tag: "not-found" | "conflict" | "precondition-failed" | "too-large" | "timeout" | "unavailable" }
  | { tag: "throttled"; val?: Optional<number> };

export type ServiceFailure =
  | { tag: "not-granted" | "invalid"; val: string }
  | { tag: "sign-in-required" | "too-large" | "timeout" | "unavailable" }
  | { tag: "throttled"; val?: Optional<number> };

export interface Body {
  contentType: string;
  data: Uint8Array;
}

export interface GraphResponse {
  status: number;
  body?: Optional<Body>;
}

export type Result<T> = { tag: "ok"; val: T } | { tag: "err"; val: ServiceFailure };
