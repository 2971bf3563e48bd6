import type { WrittenImage } from '../../oci/append.ts';
import { digestOf, mediaTypes, type Descriptor, type Manifest } from '../../oci/manifest.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { modelDigest } from '../../pipeline/model-digest.ts';
import type { ImagePlan } from '../../server/image-plan.ts';
import type { Declared } from '../documents/declared.ts';
import { formatFacts } from '../model-facts.ts';

/** A manifest and its config, which is not that of an image. */
export type WrittenArtifact = Pick<WrittenImage, 'manifestBytes' | 'configBytes' | 'digest'> & {
  readonly manifest: Manifest;
};

/** A layer of model files. */
export interface ModelLayer {
  readonly digest: string;
  readonly size: number;
  /** The only file, or how many files. */
  readonly title: string;
}

/** Media types of the CNCF model specification 0.0.7, the ones used here. */
const types = {
  manifest: 'application/vnd.cncf.model.manifest.v1+json',
  config: 'application/vnd.cncf.model.config.v1+json',
  weights: 'application/vnd.cncf.model.weight.v1.tar',
  settings: 'application/vnd.cncf.model.weight.config.v1.tar',
} as const;

/** Formats of files that describe a model. */
const describing = new Set(['json', 'yaml', 'text', 'markdown', 'python', 'opaque', 'jinja']);

/** Names of element types, as the scan finds them, in the words of the specification. */
const precisions: Readonly<Record<string, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  F8_E4M3: 'float8_e4m3',
  F8_E5M2: 'float8_e5m2',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

/**
 * The model alone as an OCI artifact (CNCF ModelPack): the very layers of model files that the image has. It depends on the model and
 * its name only, so that other code around the same model gives the same artifact.
 * @param name of the project
 * @param served evidence of the files that are in the image
 * @param declared what the model's documents say
 * @param weights folder of the model in the image, and its files
 * @param layers of model files
 * @returns the artifact
 */
export function modelPack(
  name: string,
  served: ValidateEvidence,
  declared: Declared,
  weights: ImagePlan['weights'],
  layers: readonly ModelLayer[],
): WrittenArtifact {
  const facts = formatFacts(served.model.files);
  const formats = facts.formats.filter((format) => !describing.has(format));
  const precision = facts.dtypes.map((dtype) => precisions[dtype] ?? (known.has(dtype) ? dtype : null));
  const config = {
    descriptor: {
      name,
      ...(declared.family === null ? {} : { family: declared.family }),
      ...(declared.licenses.length === 0 ? {} : { licenses: declared.licenses }),
    },
    modelfs: { type: 'layers', diffIds: layers.map(({ digest }) => digest) },
    config: {
      ...(declared.architecture === null ? {} : { architecture: declared.architecture }),
      ...(formats.length === 1 ? { format: formats[0] } : {}),
      ...(facts.parameters === null ? {} : { paramSize: paramSize(facts.parameters) }),
      ...(precision.length === 0 || precision.includes(null) ? {} : { precision: precision.join(',') }),
    },
  };
  const configBytes = Buffer.from(JSON.stringify(config));
  const formatOf = new Map(served.model.files.map(({ path, format }) => [path, format]));
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: types.manifest,
    config: { mediaType: types.config, digest: digestOf(configBytes), size: configBytes.length },
    layers: layers.map((layer) => descriptorOf(layer, weights, formatOf)),
    annotations: { 'dev.ml-deploy.model.digest': modelDigest(served.model.files) },
  };
  const manifestBytes = Buffer.from(JSON.stringify(manifest));
  return { manifest, manifestBytes, configBytes, digest: digestOf(manifestBytes) };
}

/** Some formats use the specification's own words. */
const known = new Set(Object.values(precisions));

/** A layer of one file is named by its path; the one of all small files by their folder. */
function descriptorOf(
  { digest, size, title }: ModelLayer,
  { path: folder, files }: ImagePlan['weights'],
  formatOf: ReadonlyMap<string, string>,
): Descriptor {
  const only = files.find(({ path }) => path === title);
  const top = folder.replace(/^\/+/, '');
  const others = files.filter(({ path }) => describing.has(formatOf.get(path) ?? ''));
  // The layer of small files describes the model when no small file is more than that.
  const describes = only === undefined ? others.length === files.length : describing.has(formatOf.get(only.path) ?? '');
  return {
    mediaType: describes ? types.settings : types.weights,
    digest,
    size,
    annotations: { 'org.cncf.model.filepath': only === undefined ? top : (only.target?.slice(1) ?? `${top}/${title}`) },
  };
}

/** `6.7B`: at most one digit behind the point. */
function paramSize(parameters: number): string {
  const scales: readonly [number, string][] = [
    [1e15, 'Q'],
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
  ];
  const [unit, letter] = scales.find(([limit]) => parameters >= limit) ?? [1e3, 'K'];
  return `${Math.round((parameters / unit) * 10) / 10}${letter}`;
}
