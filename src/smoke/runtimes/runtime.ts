import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { PodWeights } from '../../kubernetes/objects/weights.ts';
import type { GpuNeeds } from '../../gpu/needs.ts';
import type { GpuWatch } from '../../gpu/watch.ts';
import type { Reporter } from '../../pipeline/reporter.ts';
import type { Access } from '../../pipeline/stage.ts';
import type { HeldRequest } from '../../server/protocols/held-request.ts';
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
  | {
      readonly usable: true;
      /** Completes "chosen because ...". */
      readonly reason: string;
      /** Where the test would run, when that is known beforehand. */
      readonly device?: 'cpu' | 'gpu';
    }
  | { readonly usable: false; readonly error: MlDeployError };

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
  /** Absent where the runtime cannot tell. */
  readonly coldStart?: ColdStart;
}

/** The way until the program ran, milliseconds of each part. */
export interface ColdStart {
  /** Until there was a node; absent where there is none to wait for. */
  readonly nodeMs?: number;
  /** null: not known, and then part of `createMs`. */
  readonly pullMs: number | null;
  /** Until the init container had the model; absent without one. */
  readonly fetchMs?: number;
  readonly createMs: number;
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
  /** Which requests were sent twice since their connections broke before an answer, for people. Absent: it is not known. */
  resent?(): readonly string[];
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
  /** Where it was put, when that is known before it runs. */
  readonly hardware?: Hardware;
  /** Looks at the GPUs of the container while it lives; absent without a GPU, or where nobody can look. */
  readonly gpu?: GpuWatch | undefined;
  /** Why nobody can look at the GPUs that it has; absent without a GPU, or where `gpu` looks. */
  readonly gpuUnseen?: string | undefined;
  /** Why `memory` and `peakMemory` know nothing, a sentence; absent where they do, or where that is not known. */
  readonly memoryUnseen?: string | undefined;
  /** The last lines the program printed, as many as are asked for: 20 unless said. */
  logs(lines?: number): Promise<readonly string[]>;
  /** Sends SIGTERM, waits, kills after the configured grace; null when the program is not ours to stop. */
  readonly stop: (() => Promise<Stopped>) | null;
  /** Removes everything that `start` made and looks whether it is gone. Works after an abort; returns names of what is left. */
  remove(): Promise<readonly string[]>;
}

/**
 * The image that is to be started.
 * @param spec what is asked for
 * @param spec.image null when no build came before
 * @returns `repository@sha256:...`
 * @throws MlDeployError `smoke/no-image`
 */
export function requireImage({ image }: Pick<StartSpec, 'image'>): string {
  if (image !== null) return image;
  throw new MlDeployError({
    code: 'smoke/no-image',
    kind: 'usage',
    message: 'There is no image to test: no build evidence was found.',
    hint: 'Run `ml-deploy build` first, or `ml-deploy deploy`, which does all stages. `--image repository@sha256:...` tests an image that was built elsewhere, `smoke.url` a server that runs already.',
  });
}
