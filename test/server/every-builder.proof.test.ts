import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseConfig } from '../../src/config/load.ts';
import { buildStage } from '../../src/image/stage.ts';
import { validateStage } from '../../src/model/stage.ts';
import type { ImageConfigFile, Manifest } from '../../src/oci/manifest.ts';
import { RegistryClient } from '../../src/oci/registry.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import type { ValidateEvidence } from '../../src/pipeline/evidence.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import { smokeStage } from '../../src/smoke/stage.ts';
import { ensureCluster, type Cluster } from '../cluster/cluster.ts';
import {
  builderNames,
  realBuilders,
  type BuilderName,
  type BuilderPlace,
  type RealBuilders,
} from '../image/builders/real-builders.ts';
import { project } from '../image/project.ts';
import { trainIris } from './fastapi/python.ts';
import { standInBase } from './real/base.ts';
import { pythonWith } from './real/python.ts';
import { standInExample, withoutKeys } from './real/stand-in-project.ts';

// Every kind of model with every builder: validated, built, started in the cluster, and asked its golden requests.
const examples = new URL('../../examples/', import.meta.url).pathname;
const folders: string[] = [];
let cluster: Cluster;
let builders: RealBuilders;
let places: ReadonlyMap<BuilderName, BuilderPlace>;

beforeAll(async () => {
  cluster = await ensureCluster();
  builders = await realBuilders(cluster);
  places = new Map(builderNames.map((name) => [name, builders.place(name)]));
});

afterAll(async () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await builders[Symbol.asyncDispose]();
});

/** A kind of model; `make` writes its files and golden requests, and returns the configuration without `image`, `resources`, `deploy`, `smoke`. */
interface Kind {
  readonly make: (root: string) => Promise<string> | string;
  /** Stand-in that has the server; the others install theirs on Python. */
  readonly standIn?: string;
}

function ofExample(type: string): Kind {
  return {
    make: (root) => {
      cpSync(join(examples, type), root, { recursive: true });
      return withoutKeys(readFileSync(join(root, 'mldeploy.yaml'), 'utf8'), ['image', 'resources', 'smoke']);
    },
  };
}

function ofStandIn(type: string): Kind {
  return { make: (root) => standInExample(type, root), standIn: type };
}

function golden(root: string, body: object, expected: object): void {
  const requests = [{ name: 'golden', body, expect: expected }];
  writeFileSync(join(root, 'golden.json'), JSON.stringify({ requests }));
}

const kinds: Readonly<Record<string, Kind>> = {
  'scikit-learn': {
    make: async (root) => {
      await trainIris(root);
      golden(root, { inputs: [[5.1, 3.5, 1.4, 0.2], [6.7, 3, 5.2, 2.3]] }, { outputs: [0, 2] }); // prettier-ignore
      return 'version: 1\nname: iris\nmodel: {path: model}\nserver: {type: fastapi}';
    },
  },
  XGBoost: ofExample('fastapi'),
  ONNX: ofExample('onnxruntime'),
  SavedModel: ofStandIn('tf-serving'),
  TorchScript: {
    standIn: 'torchserve',
    make: async (root) => {
      mkdirSync(join(root, 'model'));
      const script = new URL('real/models/two_outputs.py', import.meta.url).pathname;
      execFileSync(await pythonWith('torchserve'), [script, join(root, 'model/two.pt')]);
      golden(root, { instances: [{ x: [1, 2, 3], factor: 0.5 }] }, { predictions: [{ score: 3, label: 1 }] });
      return `version: 1
name: two
model:
  path: model
  inputs: [{name: x, dtype: float32, shape: [-1, 3]}, {name: factor, dtype: float32, shape: [-1]}]
  outputs: [{name: score, dtype: float32, shape: [-1]}, {name: label, dtype: int64, shape: [-1]}]
server: {type: torchserve}`;
    },
  },
  'a language model': ofStandIn('vllm'),
};

/** A program is code: somebody has to answer for it. */
function waivers({ model }: ValidateEvidence): string {
  const findings = model.files.flatMap(({ path, sha256, findings: found }) =>
    found.map(({ rule }) => ({ rule, file: path, sha256, reason: 'test', owner: 'test', expires: '2099-01-01' })),
  );
  return JSON.stringify(findings);
}

async function validated(context: (yaml: string) => StageContext, yaml: string): Promise<StageContext> {
  const first = await validateStage.run(context(yaml));
  if (first.verdict === 'clean') return { ...context(yaml), evidence: { validate: first } };
  const waived = context(yaml.replace('  path: model\n', `  path: model\n  waivers: ${waivers(first)}\n`));
  const validate = await validateStage.run(waived);
  expect(validate.outcome).toBe('passed');
  return { ...waived, evidence: { validate } };
}

async function settingsOf(repository: string, digest: string): Promise<ImageConfigFile['config']> {
  const registry = new RegistryClient({
    repository: parseRepository(repository),
    insecure: true,
    credentials: () => Promise.resolve(null),
    signal: new AbortController().signal,
  });
  const manifest = JSON.parse((await registry.getManifest(digest))?.content.toString() ?? '{}') as Manifest;
  return (JSON.parse((await registry.getBlob(manifest.config.digest)).toString()) as ImageConfigFile).config;
}

describe.each(Object.entries(kinds))('%s', (kind, { make, standIn }) => {
  let root: string;
  let base: string;
  let yaml: string;
  const settings = new Map<string, ImageConfigFile['config']>();

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'mldeploy-every-'));
    folders.push(root);
    base = standIn === undefined ? `${cluster.registry}/library/python:3.12-slim` : await standInBase(cluster, standIn);
    yaml = await make(root);
    copyFileSync(cluster.caBundlePath, join(root, 'ca.pem'));
  });

  it.each(builderNames)('by %s', async (name) => {
    await using namespace = await cluster.namespace('every');
    const repository = `${cluster.registry}/every/${kind.toLowerCase().replaceAll(' ', '-')}-${name}`;
    const { path = [], environment } = places.get(name) ?? {};
    const access = {
      kubeconfig: cluster.kubeconfigPath,
      environment: {
        HOME: root,
        ...environment,
        PATH: [...path, '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'].join(delimiter),
      },
    };
    const context = (written: string): StageContext => ({
      ...project({ root, repository, access }),
      config: parseConfig(
        `${written}
image: {repository: '${repository}', base: '${base}', insecure: true, builder: ${name}, secrets: {ca: ca.pem}}
resources: {cpu: 100m, memory: 2Gi}
deploy: {namespace: ${namespace.name}}
smoke: {golden: golden.json, runtime: kubernetes, readyTimeout: 4m, requests: 3, device: cpu}
`,
        'mldeploy.yaml',
        null,
      ),
      evidence: {},
    });
    const ready = await validated(context, yaml);
    await buildStage.preflight(ready);
    const build = await buildStage.run(ready);
    expect(build.volatile.builder).toBe(name);
    const smoke = await smokeStage.run({ ...ready, evidence: { ...ready.evidence, build } });
    const failed = smoke.checks.filter(({ verdict }) => verdict === 'failed');
    expect(failed.map(({ id, message }) => `${id}: ${message}\n${smoke.volatile.details.join('\n')}`)).toEqual([]);
    expect(smoke.checks.find(({ id }) => id === 'golden')).toMatchObject({ verdict: 'passed' });
    expect(smoke.outcome).toBe('passed');
    settings.set(name, await settingsOf(repository, build.image.digest));
    // Whichever builder ran, the image is started in the same way.
    expect(settings.get(name)).toEqual(settings.values().next().value);
  });
});
