import type { ErrorKind } from '../errors.ts';

/**
 * Evidence: one JSON document per stage. Reports are made from evidence alone. Everything that may differ between two runs of
 * the same thing (times, hosts, measurements) lives under `volatile`; the rest is equal whichever adapter ran the stage.
 */
export type StageName = 'validate' | 'build' | 'smoke' | 'rollout';
export type Verdict = 'clean' | 'unsafe' | 'inconclusive';
/** `failed` is evidence against the model; `error` is infrastructure and blames nobody; `held` waits for a person. */
export type Outcome = 'passed' | 'failed' | 'inconclusive' | 'held' | 'error';
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

interface EvidenceBase<S extends StageName, V extends VolatileFacts> {
  readonly schema: `https://ml-deploy.dev/schema/${S}-evidence-v1.json`;
  readonly stage: S;
  readonly project: string;
  readonly environment: string | null;
  readonly outcome: Outcome;
  /** One sentence for people: what was decided and why. */
  readonly summary: string;
  readonly volatile: V;
}

export interface VolatileFacts {
  /** RFC 3339, UTC. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly engine: string;
  readonly host: string;
}

/** A scanner finding: rule, severity, where in bytes, why it matters, how to fix it. */
export interface Finding {
  readonly rule: string;
  readonly severity: Severity;
  /** Byte offset inside the file (or the archive member named by `member`); null when it concerns the whole file. */
  readonly offset: number | null;
  readonly member?: string;
  readonly message: string;
  readonly hint: string;
  /** A waiver of the project matches it: it stays visible and decides nothing. */
  readonly waived?: Waived;
}

/** Who took the responsibility for a finding, why, and until when. */
export interface Waived {
  readonly reason: string;
  readonly owner: string;
  /** Last day, ISO date. */
  readonly expires: string;
}

export interface FileEvidence {
  /** Path relative to the model root, `/`-separated. */
  readonly path: string;
  readonly format: string;
  readonly verdict: Verdict;
  readonly bytes: number;
  readonly sha256: string;
  readonly findings: readonly Finding[];
  /** Facts of the format, such as `protocol`, `opcodes`, `globals`, `tensors`. */
  readonly facts: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/** Type of one input or output; `shape` uses null for a dynamic dimension. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly (number | null)[];
}

export interface Contract {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Where it was read: `declared`, or a format such as `onnx`. */
  readonly source: string;
}

export interface ValidateEvidence extends EvidenceBase<'validate', VolatileFacts> {
  readonly verdict: Verdict;
  readonly model: {
    readonly path: string;
    /** `sha256:` over the sorted list of (path, bytes, sha256); the key that ties all later evidence together. */
    readonly digest: string;
    readonly bytes: number;
    readonly files: readonly FileEvidence[];
  };
  readonly contract: Contract | null;
}

export interface LayerEvidence {
  readonly digest: string;
  readonly bytes: number;
  readonly kind: 'base' | 'dependencies' | 'code' | 'weights' | 'other';
  readonly title: string;
}

/** The image of one platform, where there are several. */
export interface PlatformEvidence {
  readonly platform: string;
  /** `sha256:...` of its manifest. */
  readonly digest: string;
  readonly bytes: number;
  readonly layers: readonly LayerEvidence[];
}

/** A document about the image, attached to it in the registry (an OCI referrer). */
export interface DocumentEvidence {
  /** Name of the file, also beside the evidence. */
  readonly title: string;
  readonly artifactType: string;
  /** Of the manifest that attaches it. */
  readonly digest: string;
  readonly signed: boolean;
  /** The platform whose image it is attached to; absent: it is attached to the image, or to the index of all platforms. */
  readonly platform?: string;
}

/** Something else that was published from the same layers of model files. */
export interface ArtifactEvidence {
  readonly type: 'modelpack' | 'modelcar';
  /** `sha256:...` of its manifest. */
  readonly digest: string;
  /** `repository@digest` */
  readonly reference: string;
}

/** The model in an image of its own, for images that do not have it inside. */
export interface BesideEvidence {
  /** `sha256:...` of its manifest; a label of the serving image names it. */
  readonly digest: string;
  /** `repository@digest` */
  readonly reference: string;
  /** Absolute folder in which the server looks for it. */
  readonly path: string;
  /** Of its layers. */
  readonly bytes: number;
  /** That its files take where they are unpacked; absent: built before this was counted. */
  readonly diskBytes?: number;
  readonly layers: readonly LayerEvidence[];
}

/** One file that `optimize` changed or left out. */
export interface OptimisedFile {
  readonly step: 'bf16' | 'drop' | 'float16' | 'int8' | 'prune';
  readonly path: string;
  readonly bytesBefore: number;
  /** 0: it is not in the image. */
  readonly bytesAfter: number;
  readonly message: string;
}

/** What `optimize` made of the model between its validation and the image. */
export interface OptimisedEvidence {
  /** Digest of the files in the image; `modelDigest` stays that of the validated model. */
  readonly modelDigest: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly steps: readonly OptimisedFile[];
  /** What was asked for and not done, and why. */
  readonly notes: readonly string[];
  /** Versions of what changed an ONNX model; absent: nothing did. */
  readonly tools?: Readonly<Record<string, string>>;
}

/** Answers of the ONNX model before and after `optimize`: both were asked the same, on the same machine. */
export interface ComparisonEvidence {
  readonly path: string;
  /** `golden`: requests of `smoke.golden`; `made-up`: numbers that ml-deploy chose, the same ones in every build. */
  readonly questions: 'golden' | 'made-up';
  /** Calls of the model. */
  readonly calls: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Median time of a call. */
  readonly latencyMs: { readonly before: number; readonly after: number };
  readonly outputs: readonly ComparedOutput[];
}

/** One output over all answers. */
export interface ComparedOutput {
  readonly name: string;
  /** Numbers or labels that were compared. */
  readonly items: number;
  readonly difference: string;
  readonly allowed: string;
  readonly within: boolean;
}

export interface BuildEvidence extends EvidenceBase<
  'build',
  VolatileFacts & {
    readonly builder: string;
    readonly uploadedBytes: number;
    readonly buildMs: number;
    readonly pushMs: number;
    /** Absent: `optimize` changed no ONNX model. */
    readonly comparison?: ComparisonEvidence;
    /** What is attached to the image: bill of materials, provenance, signatures. Some of it tells times. */
    readonly documents?: readonly DocumentEvidence[];
  }
> {
  readonly modelDigest: string;
  /** Absent: the files in the image are those that were validated. */
  readonly optimised?: OptimisedEvidence;
  readonly server: string;
  readonly image: {
    readonly repository: string;
    /** `sha256:...` of the manifest that is deployed. */
    readonly digest: string;
    /** `repository@digest`: the only way later stages name the image. */
    readonly reference: string;
    /** Of several the first one, of which also bytes, layers and user tell. */
    readonly platform: string;
    readonly bytes: number;
    readonly layers: readonly LayerEvidence[];
    readonly user: string;
    /** Base and packages are the ones that mldeploy.lock names. */
    readonly locked?: boolean;
    /** The images of all platforms, of which `digest` names the index; absent: there is one, which `digest` names itself. */
    readonly platforms?: readonly PlatformEvidence[];
  };
  /** Where pods have the model from; absent: it is in the image. */
  readonly weights?: BesideEvidence;
  /** Absent: none was asked for. */
  readonly artifacts?: readonly ArtifactEvidence[];
}

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

export interface SmokeEvidence extends EvidenceBase<
  'smoke',
  VolatileFacts & {
    readonly readyMs: number;
    readonly latencyMs: TimeQuantiles | null;
    /** From a request to the first words of its streamed answer. Absent: nothing was streamed, or parts of answers were not seen. */
    readonly firstTokenMs?: TimeQuantiles;
    /** Answered requests per second with so many at a time. */
    readonly throughput?: { readonly perSecond: number; readonly concurrency: number };
    readonly stopMs: number;
    readonly details: readonly string[];
    /** From the start to the first answer, milliseconds of each part: pull, create and start, load until it says ready, first answer. Absent: not known. */
    readonly coldStart?: {
      readonly pullMs: number;
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
    /** What was seen on its GPUs. Absent: the CPU, or nobody could look. */
    readonly gpu?: {
      readonly memoryPeakMiB: number | null;
      /** Memory in use above what it was before the start. */
      readonly memoryRiseMiB: number | null;
      /** Highest share of time in which it computed, percent. */
      readonly utilisation: number | null;
      readonly samples: number;
      readonly devices?: readonly { readonly title: string; readonly memoryMiB: number | null }[];
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

export type ArmName = 'stable' | 'candidate';

export interface RevisionFacts {
  /** `r7` */
  readonly name: string;
  readonly image: string;
  readonly modelDigest: string | null;
}

export interface TimelineEvent {
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Machine-readable kind, such as `watchdog-armed`, `candidate-ready`, `weight`, `decision`, `restored`, `promoted`, `retired`. */
  readonly kind: string;
  readonly message: string;
  /** Intended share of the candidate after this event, 0..1, when it changed. */
  readonly weight?: number;
}

/** One tick of one gating metric: counts of both arms and the evidence values after it. */
export interface TickEvidence {
  readonly at: string;
  readonly metric: string;
  readonly weight: number;
  readonly candidate: { readonly total: number; readonly bad: number };
  readonly stable: { readonly total: number; readonly bad: number };
  /** Natural logarithms of the evidence values, to be read against the logarithms of the thresholds. */
  readonly logWorse: number;
  readonly logAboveFloor: number;
  readonly logGood: number;
  readonly phi: number;
}

export interface MetricPlan {
  readonly metric: string;
  readonly title: string;
  /** Largest tolerated share of bad events, 0..1. */
  readonly slo: number;
  readonly floor: number;
  /** Judged against the slo alone, because the candidate had all the traffic: `margin` does not count. */
  readonly alone?: true;
  readonly margin: number;
  /** What a step has to prove: a share of bad events below the slo; `relative`: or better than stable; absent: the first. */
  readonly promotion?: 'absolute' | 'relative';
  /** Natural logarithm of the rollback threshold `1/alpha_m` and of the promotion threshold `1/beta`. */
  readonly logRollback: number;
  readonly logPromote: number;
  /** A guardrail: it can roll back, and nothing has to be proved about it. */
  readonly rollbackOnly?: true;
}

/** A plain threshold rule beside the verdict. */
export interface ThresholdRuleFacts {
  readonly metric: string;
  /** The rule in words, and whose it is. */
  readonly rule: string;
  /** Windows that were complete before the rollout ended, and how many of them were above the threshold. */
  readonly windows: number;
  readonly failing: number;
  /** When it would have rolled back, RFC 3339; null: not before the end. */
  readonly at: string | null;
  /** The comparison in one sentence. */
  readonly message: string;
}

/** Who took the decision out of the statistics' hands, and why. */
export interface ForcedBy {
  readonly reason: string;
  readonly by: string;
}

export interface RolloutEvidence extends EvidenceBase<
  'rollout',
  VolatileFacts & {
    readonly timeline: readonly TimelineEvent[];
    readonly ticks: readonly TickEvidence[];
    /** Every counted request of the candidate and of the stable arm while the candidate had traffic. */
    readonly totals: Readonly<Record<ArmName, { readonly requests: number; readonly errors: number }>>;
    readonly apiRequests: number;
    /** What a plain threshold rule makes of the same counts, where that is worth telling; it decides nothing. */
    readonly thresholdRules?: readonly ThresholdRuleFacts[];
    /** Logs and events captured before a failed candidate was removed. */
    readonly diagnosis: readonly string[];
  }
> {
  readonly model: string;
  readonly namespace: string;
  /** `atOnce`: all traffic as soon as the pods are ready, without statistics (forced, or an undo). */
  readonly strategy: 'first' | 'canary' | 'blueGreen' | 'recreate' | 'atOnce' | 'adopt';
  /** A person let the rollout skip the statistics. */
  readonly forced?: ForcedBy;
  /** A person asked for a revision that evidence had rolled back before. */
  readonly retried?: true;
  readonly provider: string;
  readonly stable: RevisionFacts | null;
  readonly candidate: RevisionFacts;
  readonly steps: readonly number[];
  readonly metrics: readonly MetricPlan[];
  readonly decision: 'promote' | 'rollback' | 'inconclusive' | 'held' | 'none';
  /** Why, in sentences a person on call understands. */
  readonly reasons: readonly string[];
}

export type Evidence = ValidateEvidence | BuildEvidence | SmokeEvidence | RolloutEvidence;

/** A run that an error or a signal ended in the middle of a stage: `stopped.json` beside the evidence, for the reports. */
export interface StoppedRun {
  readonly stage: StageName;
  /** RFC 3339, UTC: when the stage began and when it was stopped. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly error: {
    readonly code: string;
    readonly kind: ErrorKind;
    readonly message: string;
    readonly hint: string | null;
  };
}

/** What earlier stages of this run (or of `.mldeploy/`) proved. */
export interface EvidenceSoFar {
  readonly validate?: ValidateEvidence;
  readonly build?: BuildEvidence;
  readonly smoke?: SmokeEvidence;
  readonly rollout?: RolloutEvidence;
  /** Only in what reports are made from. */
  readonly stopped?: StoppedRun;
}
