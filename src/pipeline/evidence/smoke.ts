import type { EvidenceBase, VolatileFacts } from './base.ts';

export interface CheckEvidence {
  readonly id: string;
  readonly title: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
  /** What was allowed, in words; null when the check has no limit. */
  readonly limit: string | null;
  readonly message: string;
}

/** 95 % confidence interval; null: so few values do not bound this side. */
export interface QuantileInterval {
  readonly low: number | null;
  readonly high: number | null;
}

/** Nearest-rank quantiles of times in milliseconds. */
export interface TimeQuantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly count: number;
  readonly intervals?: {
    readonly p50: QuantileInterval;
    readonly p95: QuantileInterval;
    readonly p99: QuantileInterval;
  };
}

export interface ThroughputEvidence {
  readonly perSecond: number;
  readonly concurrency: number;
  readonly interval?: QuantileInterval;
}

/** What decides, besides the server, how long answers take: figures compare when all of it is the same. */
export interface LoadEvidence {
  readonly protocol: string;
  /** `sha256:` over methods, paths and bodies of the requests, in their order. */
  readonly requestSet: string;
  readonly concurrency: number;
  /** How requests travelled when that adds to times; null: directly. */
  readonly detour: string | null;
}

/** Times from `from` (the end of the bin before) up to `to`, milliseconds. */
export interface HistogramBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** How fast an image was in its smoke test. */
export interface MeasuredSpeed {
  readonly image: string;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly latencyMs: TimeQuantiles;
  readonly throughput: ThroughputEvidence | null;
}

/** How fast a revision was, in its smoke test: kept with the revision, so that the next one can be held against it. */
export interface SpeedRecord extends MeasuredSpeed {
  readonly runtime: string;
  readonly hardware: { readonly device: 'cpu' | 'gpu'; readonly name: string };
  readonly load: LoadEvidence;
  /** The fastest (by p50) of the releases before it that were compared one with the next. Absent: none was faster. */
  readonly fastest?: MeasuredSpeed;
}

export interface ComparedSpeed extends MeasuredSpeed {
  /** `the stable revision r3`, or the name of a file. */
  readonly title: string;
  /** Which figures are slower beyond chance and `smoke.maxSlowdown`. */
  readonly slower: readonly string[];
  /** The fastest release before that one, and which figures are slower than its own. Absent: that one is the fastest. */
  readonly fastest?: MeasuredSpeed & { readonly slower: readonly string[] };
}

export interface SmokeEvidence extends EvidenceBase<
  'smoke',
  VolatileFacts & {
    readonly readyMs: number;
    readonly latencyMs: TimeQuantiles | null;
    /** From a request to the first words of its streamed answer. Absent: nothing was streamed, or parts of answers were not seen. */
    readonly firstTokenMs?: TimeQuantiles;
    /** Answered requests per second with so many at a time. */
    readonly throughput?: ThroughputEvidence;
    /** What was asked for these figures. Absent: nothing was. */
    readonly load?: LoadEvidence;
    /** How many requests took how long. */
    readonly latencyHistogram?: readonly HistogramBin[];
    /** The recorded figures of an earlier revision that these were held against. Absent: there were none that compare. */
    readonly comparedWith?: ComparedSpeed;
    readonly stopMs: number;
    readonly details: readonly string[];
    /**
     * From the start to the first answer, milliseconds of each part: until there is a node, pull, fetch of the model by an init container,
     * create and start, load until it says ready, first answer. Absent: not known.
     */
    readonly coldStart?: {
      /** Absent where there is no node to wait for. */
      readonly nodeMs?: number;
      /** null: not known, and then part of `createMs`. */
      readonly pullMs: number | null;
      /** Absent without an init container. */
      readonly fetchMs?: number;
      readonly createMs: number;
      readonly loadMs: number | null;
      readonly firstAnswerMs: number | null;
    };
    /** The most memory of the host that the server had, bytes. Absent: not known. */
    readonly memoryPeakBytes?: number;
    /** Memory of the server while latency was measured, and how many bytes more each request left there in the second half. Absent: too few requests, or not to be seen. */
    readonly memoryGrowth?: {
      readonly firstBytes: number;
      readonly lastBytes: number;
      readonly perRequestBytes: number;
      /** Lower confidence bound of it, 99.5 %. */
      readonly lowBytes: number;
      readonly samples: number;
    };
    /** As `memoryGrowth`, of the GPU on which it grew fastest, as often as it was looked at. Absent: too few requests or looks, or none to be seen. */
    readonly gpuMemoryGrowth?: {
      /** `GPU 0 (NVIDIA L4)`. */
      readonly device: string;
      readonly firstBytes: number;
      readonly lastBytes: number;
      readonly perRequestBytes: number;
      /** Lower confidence bound of it, 99.5 %. */
      readonly lowBytes: number;
      readonly samples: number;
    };
    /**
     * Measured figures and rests of lists, by the `id` of the check whose verdict they explain: sentences. They differ from run to run, so they
     * stand in no message.
     */
    readonly checkDetails?: Readonly<Record<string, readonly string[]>>;
    /** Memory of the server, bytes, while latency was measured, and while more requests showed whether it goes on growing. Absent: not to be seen. */
    readonly memoryCourse?: readonly number[];
    /** After how many requests each of `memoryCourse` was seen. */
    readonly memoryRequests?: readonly number[];
    /** The server that was started is still there, as a whole or in part. Absent: it is removed. */
    readonly notRemoved?: true;
    /** What was seen on its GPUs. Absent: the CPU, or nobody could look. */
    readonly gpu?: {
      readonly memoryPeakMiB: number | null;
      /** Memory in use above what it was before the start. */
      readonly memoryRiseMiB: number | null;
      /** Highest share of time in which it computed, percent. */
      readonly utilisation: number | null;
      readonly samples: number;
      readonly devices?: readonly {
        readonly title: string;
        readonly memoryMiB: number | null;
        /** Memory in use and share of time in which it computed (percent): the highest in each of equal parts of the test, at most 40. */
        readonly course?: {
          readonly seconds: number;
          readonly memoryMiB: readonly (number | null)[];
          readonly utilisation: readonly (number | null)[];
        };
      }[];
      readonly driver?: string | null;
    };
  }
> {
  readonly imageReference: string;
  readonly modelDigest: string | null;
  readonly runtime: string;
  readonly hardware: { readonly device: 'cpu' | 'gpu'; readonly name: string };
  readonly checks: readonly CheckEvidence[];
}
