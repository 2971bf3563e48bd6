import type { Config } from '../../config/config.ts';
import type { MlDeployError } from '../../errors.ts';
import type { PodWeights } from '../../kubernetes/objects/weights.ts';
import type { GpuNeeds } from '../../gpu/needs.ts';
import type { GpuWatch } from '../../gpu/watch.ts';
import type { Reporter } from '../../pipeline/reporter.ts';
import type { Access } from '../../pipeline/stage.ts';
import type { HeldRequest } from '../../server/protocols/http.ts';
import type { Send, ServerRequest } from '../../server/protocols/protocol.ts';
import type { Server } from '../../server/server.ts';

/**
 * Longest time from the request to start a server until it runs, milliseconds: a node, the pull, the creation. Half an hour covers 50 GB at
 * 30 MB/s.
 */
export const startLimitMs = 30 * 60_000;

/** What a runtime has to know to look around. */
export interface RuntimeContext {
  readonly config: Config;
  readonly access: Access;
  readonly server: Server;
  readonly signal: AbortSignal;
  /** Told what it waits for before there is a server. */
  readonly reporter: Reporter;
  /** What image and model ask of a GPU, as far as it is known. */
  readonly needs: GpuNeeds;
}

export interface StartSpec extends RuntimeContext {
  /** `repository@sha256:...`; null only for a server that already runs. */
  readonly image: string | null;
  /** Digests of the images of single platforms, when `image` is an index: runtimes report one or the other. */
  readonly platformDigests: readonly string[];
  readonly modelDigest: string | null;
  /** Where the pod has the model from; absent or null: from the image. */
  readonly weights?: PodWeights | null;
}

export type Availability =
  /** `reason` completes "chosen because ...". */
  { readonly usable: true; readonly reason: string } | { readonly usable: false; readonly error: MlDeployError };

/** A place where the image can be started for the test. One folder member is one alternative. */
export interface Runtime {
  readonly name: string;
  /** Looks, within seconds and without starting anything, whether the test could run here; a GPU that is required counts. */
  available(context: RuntimeContext): Promise<Availability>;
  /** Starts the image and returns at once; `state` follows what becomes of it. Removes leftovers of dead runs first. */
  start(spec: StartSpec): Promise<RunningServer>;
}

/** What became of the started program. */
export type ServerState =
  /** Not running yet; `detail` says what it waits for. */
  | { readonly phase: 'starting'; readonly detail: string }
  | { readonly phase: 'running' }
  /** Over, by the program's own fault: exit code (null: unknown) and why, in words. */
  | { readonly phase: 'ended'; readonly exitCode: number | null; readonly reason: string };

export interface Hardware {
  readonly device: 'cpu' | 'gpu';
  readonly name: string;
}

export interface RuntimeFacts {
  readonly hardware: Hardware;
  /** How the device was chosen: what was asked, looked for and found. */
  readonly deviceNote: string;
  /** Digest (`sha256:...`) of the manifest that runs; null when this runtime cannot tell. */
  readonly imageDigest: string | null;
  /** How it is known that the program is not root; null when this runtime cannot tell. */
  readonly nonRoot: { readonly proved: boolean; readonly how: string } | null;
  /** Measurements and places: node, address, times of pull and start. */
  readonly details: readonly string[];
  /** How long the image took to come and the container to be made, milliseconds; absent where the runtime cannot tell. */
  readonly coldStart?: { readonly pullMs: number; readonly createMs: number };
}

export interface Stopped {
  /** null: unknown. */
  readonly exitCode: number | null;
  /** From SIGTERM to the end, milliseconds. */
  readonly ms: number;
  /** It outlived the grace period and was killed. */
  readonly killed: boolean;
}

/** A started server. Methods throw MlDeployError only for infrastructure that fails. */
export interface RunningServer {
  /** For people: `pod fraud-smoke-x in namespace ml`. */
  readonly title: string;
  readonly send: Send;
  /** How requests travel when that adds to latencies; null: directly. Known after the first answer. */
  detour(): string | null;
  /** Sends a request but for its last byte; null when this runtime cannot. */
  hold(request: ServerRequest): Promise<HeldRequest | null>;
  /** Throws when infrastructure keeps the program from starting. */
  state(): Promise<ServerState>;
  /** Valid once the state is `running`. */
  facts(): Promise<RuntimeFacts>;
  /** The most memory that the program has had so far, bytes; null: not known. Absent where the runtime cannot tell. */
  peakMemory?(): Promise<number | null>;
  /** The memory that it has now and cannot be taken back, bytes; null: not known. Absent where the runtime cannot tell. */
  memory?(): Promise<number | null>;
  /** Looks at the GPUs of the container while it lives; absent without a GPU, or where nobody can look. */
  readonly gpu?: GpuWatch;
  /** The last lines the program printed. */
  logs(): Promise<readonly string[]>;
  /** Sends SIGTERM, waits, kills after the configured grace; null when the program is not ours to stop. */
  readonly stop: (() => Promise<Stopped>) | null;
  /** Removes everything that `start` made and looks whether it is gone. Works after an abort; returns names of what is left. */
  remove(): Promise<readonly string[]>;
}
