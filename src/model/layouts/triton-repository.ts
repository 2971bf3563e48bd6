import { basename, posix } from 'node:path';
import type { Contract } from '../../pipeline/evidence.ts';
import type { InspectedFile } from '../inspect.ts';
import { printable } from '../../printable.ts';
import type { RuleId } from '../rules/index.ts';
import { parseTextProto, type Message } from '../../text-proto.ts';
import { inside } from './inside.ts';
import type { Laid } from './layout.ts';
import { ensembleProblem } from './triton-ensemble.ts';
import { tensorDifference, tritonTensors } from '../../server/triton/tensors.ts';
import { checkVllm } from './triton-vllm.ts';
import type { Unit } from './unit.ts';

/** Backends that come with Triton. */
const backends = [
  'dali',
  'ensemble',
  'fil',
  'identity',
  'onnxruntime',
  'openvino',
  'python',
  'pytorch',
  'repeat',
  'square',
  'tensorflow',
  'tensorrt',
  'tensorrtllm',
  'vllm',
];
const platforms = [
  'caffe2_netdef',
  'ensemble',
  'onnxruntime_onnx',
  'pytorch_libtorch',
  'tensorflow_graphdef',
  'tensorflow_savedmodel',
  'tensorrt_plan',
];
const ownFolder = '$$TRITON_MODEL_DIRECTORY';

/** Checks the models that these files configure. */
export async function checkRepository(unit: Unit, files: readonly InspectedFile[]): Promise<Laid> {
  const models: Model[] = [];
  for (const file of files) {
    const text = await unit.text(file, 1024 * 1024);
    const config = text === null ? null : parse(text);
    if (config !== null) models.push(new Model(unit, file, config));
  }
  const contracts = models.flatMap((model) => model.check(models) ?? []);
  for (const model of models) {
    for (const folder of model.vllm()) await checkVllm(unit, folder);
  }
  const ensembles = models.filter(({ isEnsemble }) => isEnsemble);
  const whole = models.length === 1 ? models[0] : ensembles.length === 1 ? ensembles[0] : undefined;
  const contract = contracts.find(({ model }) => model === whole)?.contract;
  return contract === undefined ? {} : { contract };
}

/** A configuration that does not parse has its own finding. */
function parse(text: string): Message | null {
  try {
    return parseTextProto(text);
  } catch {
    return null;
  }
}

class Model {
  readonly folder: string;
  private readonly unit: Unit;
  private readonly file: InspectedFile;
  private readonly config: Message;

  constructor(unit: Unit, file: InspectedFile, config: Message) {
    this.unit = unit;
    this.file = file;
    this.config = config;
    this.folder = posix.dirname(file.entry.path);
  }

  get name(): string {
    return this.folder === '.' ? basename(this.unit.root) : posix.basename(this.folder);
  }

  get isEnsemble(): boolean {
    return this.config.text('platform') === 'ensemble' || this.config.fields.has('ensemble_scheduling');
  }

  /** Folders of versions that vLLM reads. */
  vllm(): readonly string[] {
    if (this.config.text('backend') !== 'vllm') return [];
    return this.versions().map((version) => posix.join(this.folder, String(version)));
  }

  check(models: readonly Model[]): { readonly model: Model; readonly contract: Contract }[] | null {
    const given = this.config.text('name');
    if (given !== null && given !== '' && given !== this.name) {
      this.add('triton/name', `The model calls itself ${printable(given)}, its folder is ${printable(this.name)}.`);
    }
    this.checkBackend();
    this.checkPaths();
    const versions = this.versions();
    if (this.isEnsemble) this.checkEnsemble(models);
    else this.checkVersions(versions);
    this.checkPrograms(versions);
    const contract = this.contract();
    if (contract === null) return null;
    for (const version of versions) this.compare(contract, version);
    return [{ model: this, contract }];
  }

  private checkBackend(): void {
    const backend = this.config.text('backend') ?? '';
    const platform = this.config.text('platform') ?? '';
    if (backend !== '' && !backends.includes(backend)) {
      this.add('triton/backend', `The backend is ${printable(backend)}.`);
    } else if (platform !== '' && !platforms.includes(platform)) {
      this.add('triton/backend', `The platform is ${printable(platform)}.`);
    }
    if (this.config.fields.has('model_repository_agents')) {
      this.add('triton/backend', 'The model has repository agents, which Triton runs before it loads the model.');
    }
  }

  private checkPaths(): void {
    for (const parameter of this.config.messages('parameters')) {
      if (parameter.text('key') !== 'EXECUTION_ENV_PATH') continue;
      const path = parameter.messages('value')[0]?.text('string_value') ?? '';
      const own = path.startsWith(`${ownFolder}/`) ? path.slice(ownFolder.length + 1) : null;
      if (own === null) this.add('triton/path', `EXECUTION_ENV_PATH is "${printable(path)}".`);
      else this.checkPath(own);
    }
    const files = [this.config.text('default_model_filename') ?? ''];
    for (const field of this.config.messages('cc_model_filenames')) files.push(field.text('value') ?? '');
    for (const file of files) {
      if (/[/\\]/.test(file) || file === '..') this.add('triton/path', `A model file is "${printable(file)}".`);
    }
    for (const warmup of this.config.messages('model_warmup')) {
      for (const input of warmup.messages('inputs')) {
        const path = input.messages('value')[0]?.text('input_data_file') ?? null;
        if (path !== null) this.checkPath(posix.join('warmup', path));
      }
    }
  }

  private checkPath(path: string): void {
    const target = inside(this.folder, path);
    if (target === null) this.add('triton/path', `The configuration names the path "${printable(path)}".`);
    else if (this.unit.file(target) === undefined && this.unit.below(target).length === 0) {
      this.add('triton/missing', `"${printable(path)}" is not there.`);
    }
  }

  /** Numbered folders, as numbers. */
  private versions(): readonly number[] {
    const prefix = this.folder === '.' ? '' : `${this.folder}/`;
    const found = new Set<number>();
    for (const { entry } of this.unit.below(this.folder)) {
      const [first = '', ...more] = entry.path.slice(prefix.length).split('/');
      if (more.length > 0 && /^[1-9]\d*$/.test(first)) found.add(Number(first));
    }
    return [...found];
  }

  private checkVersions(versions: readonly number[]): void {
    if (versions.length === 0) {
      this.add('triton/missing', 'There is no version: a folder with a number for a name.');
      return;
    }
    const [policy] = this.config.messages('version_policy');
    const specific = policy?.messages('specific')[0]?.texts('versions').map(Number) ?? null;
    const missing = specific?.find((version) => !versions.includes(version));
    if (missing !== undefined)
      this.add('triton/versions', `version_policy asks for version ${missing}, which is not there.`);
    const latest = policy?.messages('latest')[0]?.text('num_versions') ?? null;
    if (latest !== null && !(Number(latest) >= 1)) {
      this.add('triton/versions', `version_policy asks for ${printable(latest)} versions.`);
    }
  }

  /** The Python backend runs the model file, whatever its name. */
  private checkPrograms(versions: readonly number[]): void {
    if (this.config.text('backend') !== 'python') return;
    const name = this.config.text('default_model_filename') ?? '';
    for (const version of versions) {
      const file = this.unit.file(posix.join(this.folder, String(version), name === '' ? 'model.py' : name));
      if (file === undefined || file.inspected.format === 'code') continue;
      this.unit.add(file, 'format/code', null, 'The Python backend of Triton runs this file.');
    }
  }

  private checkEnsemble(models: readonly Model[]): void {
    // A model that is judged alone cannot know its neighbours.
    const alone = this.folder === '.';
    const problem = ensembleProblem(this.config, (name) => alone || models.some((other) => other.name === name));
    if (problem !== null) this.add('triton/ensemble', `The ensemble ${printable(problem)}.`);
  }

  private contract(): Contract | null {
    const batch = this.config.text('max_batch_size') ?? '0';
    if (!/^\d{1,9}$/.test(batch)) {
      this.add('triton/config', `max_batch_size is ${printable(batch)}.`);
      return null;
    }
    const inputs = tritonTensors(this.config, 'input', batch !== '0');
    const outputs = tritonTensors(this.config, 'output', batch !== '0');
    for (const problem of [inputs, outputs]) {
      if (typeof problem === 'string') this.add('triton/config', `The model ${printable(problem)}.`);
    }
    if (typeof inputs === 'string' || typeof outputs === 'string') return null;
    // Triton takes them from the model file then.
    return inputs.length + outputs.length === 0 ? null : { inputs, outputs, source: 'triton' };
  }

  /** The configuration against what the model file of a version says of itself. */
  private compare(contract: Contract, version: number): void {
    const files = this.unit.below(posix.join(this.folder, String(version)));
    const own = files.flatMap(({ inspected }) => inspected.contract ?? []);
    const [only] = own;
    // Only these formats keep the names that Triton uses.
    if (own.length !== 1 || only === undefined || !/^(onnx|savedmodel|tflite)$/.test(only.source)) return;
    const difference =
      tensorDifference(contract.inputs, only.inputs) ?? tensorDifference(contract.outputs, only.outputs);
    if (difference !== null) this.add('triton/contract', `Version ${version}: ${printable(difference)}.`);
  }

  private add(rule: RuleId, message: string): void {
    this.unit.add(this.file, rule, null, message);
  }
}
