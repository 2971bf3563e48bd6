/** A Kubernetes object as raw JSON: fields we do not know survive, which the typed client does not promise. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: {
    apiVersion: string;
    kind: string;
    name: string;
    uid: string;
    controller?: boolean;
    blockOwnerDeletion?: boolean;
  }[];
  [field: string]: unknown;
}

/** Names a kind of object: enough to build its URL without discovery. */
export interface Resource {
  /** `v1`, `apps/v1`, `gateway.networking.k8s.io/v1` */
  readonly apiVersion: string;
  readonly kind: string;
  /** Plural in URLs: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

export type JsonPatch = readonly (
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
)[];

export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query below the API server's address. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** No retries: the caller judges every answer itself, as with a request that goes through to a pod. */
  readonly once?: boolean;
}

/** Sends one request to the API server with credentials; no retries, no interpretation. */
export interface Transport {
  /** `https://host:port`, for messages. */
  readonly server: string;
  /** Namespace of the context or of the service account. */
  readonly namespace: string;
  send(request: Request): Promise<Reply>;
  /** Runs a program in a pod; absent where this transport cannot. */
  exec?(request: ExecRequest): Promise<ExecSession>;
  close(): void;
}

/** A program that is run in a container of a pod. */
export interface ExecRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Is told what it prints. */
  readonly onOutput: (text: string) => void;
  /** Is told once that it is over, unless it was closed. */
  readonly onEnd: (end: ExecEnd) => void;
}

export interface ExecEnd {
  /** Null: it was never started, or the connection is lost. */
  readonly exitCode: number | null;
  /** What the node says of it. */
  readonly message: string;
  /** The last that it printed as errors. */
  readonly errors: string;
}

/** A program in a pod that runs. */
export interface ExecSession {
  /** Sends it to its standard input. */
  write(text: string): void;
  close(): void;
}

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly gracePeriodSeconds?: number;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
}

/**
 * What we ask of a Kubernetes API server. Every call retries 429, 5xx and broken connections within its deadline (Retry-After
 * honoured) and throws MlDeployError: `kubernetes/forbidden` names verb and resource, `kubernetes/conflict` is a lost race
 * (HTTP 409 or a failed JSON Patch `test`, 422), `kubernetes/unreachable`, `kubernetes/invalid`, `kubernetes/not-found`.
 */
export interface KubeApi {
  readonly server: string;
  readonly defaultNamespace: string;
  /** Requests sent so far, retries included. */
  readonly requests: number;
  /** When the server last was out of reach for seconds, or answered late, on the clock of `performance.now()`; -Infinity: never. */
  readonly lastTrouble: number;
  get(resource: Resource, namespace: string | null, name: string): Promise<KubeObject>;
  /** As get, but null when there is none. */
  find(resource: Resource, namespace: string | null, name: string): Promise<KubeObject | null>;
  list(
    resource: Resource,
    namespace: string | null,
    labelSelector?: string,
    fieldSelector?: string,
  ): Promise<KubeObject[]>;
  create(resource: Resource, object: KubeObject): Promise<KubeObject>;
  /** PUT: with metadata.resourceVersion it fails with `kubernetes/conflict` when somebody else wrote. */
  replace(resource: Resource, object: KubeObject): Promise<KubeObject>;
  /** Server-side apply as field manager `ml-deploy`, strict field validation. */
  apply(resource: Resource, object: KubeObject, options?: { force?: boolean; dryRun?: boolean }): Promise<KubeObject>;
  /** JSON Patch (RFC 6902); a failed `test` is `kubernetes/conflict`. `subresource`: `status`, `scale`. */
  patch(
    resource: Resource,
    namespace: string | null,
    name: string,
    patch: JsonPatch,
    subresource?: string,
  ): Promise<KubeObject>;
  /** Deletes; true when it was there. Precondition misses are `kubernetes/conflict`. */
  delete(resource: Resource, namespace: string | null, name: string, options?: DeleteOptions): Promise<boolean>;
  logs(
    namespace: string,
    pod: string,
    options?: { container?: string; tailLines?: number; previous?: boolean },
  ): Promise<string>;
  /** Runs a program in a pod (`pods/exec`), and talks with it. */
  exec(request: ExecRequest): Promise<ExecSession>;
  /** GET through the API server's pod proxy. */
  podProxy(namespace: string, pod: string, port: number, path: string, timeoutMs?: number): Promise<Reply>;
  /** True when the credentials may do this (SelfSubjectAccessReview). */
  may(
    verb: string,
    resource: { group: string; plural: string; subresource?: string },
    namespace: string | null,
    name?: string,
  ): Promise<boolean>;
  /** Sends a raw request with retries. */
  raw(request: Request): Promise<Reply>;
  close(): void;
}
