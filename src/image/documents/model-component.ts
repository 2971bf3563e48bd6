import type { Contract, TensorSpec, ValidateEvidence } from '../../pipeline/evidence.ts';
import { modelDigest } from '../../pipeline/model-digest.ts';
import { formatFacts, type FormatFacts } from '../model-facts.ts';
import type { Declared } from './declared.ts';

/** Where a fact comes from: read from the bytes of the files, or said by somebody. */
type Source = 'verified' | 'declared';

/**
 * The model as a component of a CycloneDX 1.6 bill of materials, with a model card. For each field a property
 * `ml-deploy:source:<field>` says whether it was read from the bytes (`verified`) or is what the configuration or the model's own
 * documents say (`declared`).
 * @param name of the project
 * @param served evidence of the files that are in the image
 * @param declared what the model's documents say
 * @returns JSON
 */
export function modelComponent(name: string, served: ValidateEvidence, declared: Declared): object {
  const { model, contract } = served;
  const sources: Record<string, Source> = { hashes: 'verified', version: 'verified' };
  const facts = formatFacts(model.files);
  return {
    type: 'machine-learning-model',
    'bom-ref': 'model',
    name,
    version: modelDigest(model.files),
    ...licenses(declared, sources),
    modelCard: { modelParameters: parametersOf(contract, declared, sources) },
    components: model.files.map(({ path, sha256, format, bytes }) => ({
      type: 'file',
      'bom-ref': `model/${path}`,
      name: path,
      hashes: [{ alg: 'SHA-256', content: sha256 }],
      properties: [
        { name: 'ml-deploy:bytes', value: String(bytes) },
        { name: 'ml-deploy:format', value: format },
      ],
    })),
    properties: propertiesOf(model.bytes, facts, declared, sources),
  };
}

function licenses({ licenses: named }: Declared, sources: Record<string, Source>): object {
  if (named.length === 0) return {};
  sources['licenses'] = 'declared';
  return { licenses: named.map((name) => ({ license: { name, acknowledgement: 'declared' } })) };
}

function parametersOf(contract: Contract | null, declared: Declared, sources: Record<string, Source>): object {
  const card = 'modelCard.modelParameters';
  const { task, family, architecture, datasets } = declared;
  for (const [field, value] of Object.entries({ task, architectureFamily: family, modelArchitecture: architecture })) {
    if (value !== null) sources[`${card}.${field}`] = 'declared';
  }
  if (datasets.length > 0) sources[`${card}.datasets`] = 'declared';
  const told: Source = contract?.source === 'declared' ? 'declared' : 'verified';
  if (contract !== null && contract.inputs.length > 0) sources[`${card}.inputs`] = told;
  if (contract !== null && contract.outputs.length > 0) sources[`${card}.outputs`] = told;
  return {
    ...(task === null ? {} : { task }),
    ...(family === null ? {} : { architectureFamily: family }),
    ...(architecture === null ? {} : { modelArchitecture: architecture }),
    ...(datasets.length === 0 ? {} : { datasets: datasets.map((name) => ({ type: 'dataset', name })) }),
    ...(contract === null || contract.inputs.length === 0 ? {} : { inputs: contract.inputs.map(tensor) }),
    ...(contract === null || contract.outputs.length === 0 ? {} : { outputs: contract.outputs.map(tensor) }),
  };
}

function tensor({ name, dtype, shape }: TensorSpec): object {
  return { format: `${name}: ${dtype}[${shape.map((size) => size ?? '?').join(', ')}]` };
}

function propertiesOf(
  bytes: number,
  { formats, dtypes, parameters }: FormatFacts,
  { baseModels, languages, library, sources: files }: Declared,
  sources: Record<string, Source>,
): object[] {
  const facts: [string, string, Source][] = [
    ['bytes', String(bytes), 'verified'],
    ['formats', formats.join(', '), 'verified'],
    ...(dtypes.length === 0 ? [] : [['dtypes', dtypes.join(', '), 'verified'] as [string, string, Source]]),
    ...(parameters === null ? [] : [['parameters', String(parameters), 'verified'] as [string, string, Source]]),
    ...baseModels.map((name): [string, string, Source] => ['base-model', name, 'declared']),
    ...languages.map((name): [string, string, Source] => ['language', name, 'declared']),
    ...(library === null ? [] : [['library', library, 'declared'] as [string, string, Source]]),
    ...files.map((name): [string, string, Source] => ['declared-by', name, 'declared']),
  ];
  for (const [field, , source] of facts) if (field !== 'declared-by') sources[field] = source;
  return [
    ...facts.map(([field, value]) => ({ name: `ml-deploy:${field}`, value })),
    ...Object.entries(sources)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, value]) => ({ name: `ml-deploy:source:${field}`, value })),
  ];
}
