import type { EvidenceBase, VolatileFacts } from './base.ts';

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
