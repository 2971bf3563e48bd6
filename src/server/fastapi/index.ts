import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import { packageSecrets, type ImagePlan, type PlannedFile, type RequirementsFile } from '../image-plan.ts';
import type { MetricsPreset } from '../metrics-preset.ts';
import type { Probes, Server } from '../server.ts';
import { fastapiMetrics } from './metrics.ts';
import { chooseModelFile, type ModelFile } from './loaders.ts';
import { constraintsOf, requirementsFacts } from './requirements.ts';
import { readRequirements, readServerModules } from './sources.ts';

const modelFolder = '/model';
/** At the top of the image, so that no folder above it has to be made. */
const venv = '/venv';
const serverUser = '10001:10001';

/** Time that the server goes on answering after SIGTERM, so that the endpoints of the cluster can change; seconds. */
const drainSeconds = 5;

/** FastAPI on uvicorn around a scikit-learn model or the user's own inference.py (docs/server-fastapi.md). */
export const fastapi: Server = {
  type: 'fastapi',
  protocol: 'openapi',
  refusals: '4xx',
  buildSecrets: packageSecrets,
  imagePlan,

  probes(config: Config): Probes {
    return { port: config.server.port, livePath: '/healthz', readyPath: '/readyz' };
  },

  metrics(config: Config): MetricsPreset {
    return fastapiMetrics(config.server.port);
  },

  environment(config: Config): Readonly<Record<string, string>> {
    return {
      MLDEPLOY_MODEL: config.name,
      MLDEPLOY_MODEL_DIR: modelFolder,
      MLDEPLOY_PORT: String(config.server.port),
      MLDEPLOY_WORKERS: String(config.server.workers),
      MLDEPLOY_MAX_BODY_BYTES: String(config.server.maxBodyBytes),
      MLDEPLOY_DRAIN_SECONDS: String(drainSeconds),
      // Numerical libraries would start a thread per core of the node, however few the pod may use.
      OMP_NUM_THREADS: threadsPerWorker(config),
      OPENBLAS_NUM_THREADS: threadsPerWorker(config),
    };
  },
};

/** Whole cores of `resources.cpu` (`500m`, `2`, `1.5`) that one worker may use, at least one. */
function threadsPerWorker(config: Config): string {
  const { cpu } = config.resources;
  const cores = cpu.endsWith('m') ? Number(cpu.slice(0, -1)) / 1000 : Number(cpu);
  const threads = Math.ceil(cores / config.server.workers);
  return String(Number.isFinite(threads) ? Math.max(1, threads) : 1);
}

async function imagePlan(config: Config, model: ValidateEvidence, root: string): Promise<ImagePlan> {
  const { port } = config.server;
  // The user's own code loads what it needs.
  const file = config.server.entry === null ? chooseModelFile(model) : null;
  return {
    platform: config.image.platform,
    recipe: {
      kind: 'base',
      base: config.image.base,
      packages: {
        folder: venv,
        requirements: await requirementsFiles(config, root, file),
        precompile: [...importedAtStart, ...(file?.modules ?? ownCodeMayImport)],
      },
    },
    trees: [{ path: '/app', files: await codeFiles(config, model, root, file) }],
    runtime: {
      environment: {
        PATH: `${venv}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        PYTHONUNBUFFERED: '1',
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONPATH: '/app',
        MLDEPLOY_MODEL: config.name,
        MLDEPLOY_MODEL_DIR: modelFolder,
        MLDEPLOY_MODEL_DIGEST: model.model.digest,
        MLDEPLOY_PORT: String(port),
      },
      workingDirectory: '/app',
      user: serverUser,
      ports: [port],
      entrypoint: ['python', '-m', 'mldeploy_server'],
      command: [],
      healthcheck: {
        command: ['python', '-c', healthcheck(port)],
        intervalSeconds: 10,
        timeoutSeconds: 3,
        startPeriodSeconds: 60,
      },
    },
    labels: {
      'org.opencontainers.image.title': config.name,
      'org.opencontainers.image.base.name': config.image.base,
      'dev.ml-deploy.server': 'fastapi',
      'dev.ml-deploy.model.digest': model.model.digest,
    },
    weights: {
      path: modelFolder,
      files: model.model.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    },
  };
}

const importedAtStart = ['fastapi', 'uvicorn', 'uvicorn.protocols.http.h11_impl', 'numpy'];

const ownCodeMayImport = ['joblib', 'sklearn'];

function healthcheck(port: number): string {
  return `import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('MLDEPLOY_PORT', '${port}') + '/healthz', timeout=2)`;
}

async function codeFiles(
  config: Config,
  model: ValidateEvidence,
  root: string,
  file: ModelFile | null,
): Promise<PlannedFile[]> {
  const inputs = config.model.inputs ?? model.contract?.inputs ?? [];
  const modules = await readServerModules();
  const facts = { inputs, ...(file === null ? {} : { model: { file: file.path, format: file.format } }) };
  return [
    ...modules.map(({ name, text }) => ({ path: `mldeploy_server/${name}`, content: text })),
    { path: 'contract.json', content: `${JSON.stringify(facts)}\n` },
    ...(config.server.entry === null
      ? []
      : [{ path: 'inference.py', content: await readUserFile(root, config.server.entry, 'server.entry') }]),
  ];
}

/** The server's own dependencies first; then the user's, or what the model needs, which may not change the server's. */
async function requirementsFiles(config: Config, root: string, file: ModelFile | null): Promise<RequirementsFile[]> {
  const server = await readRequirements('requirements-server.txt');
  const constraints = constraintsOf(server);
  const first = { name: 'server.txt', text: server, hashed: true, constraints: null };
  const named = config.server.requirements;
  if (named !== null) {
    const text = await readUserFile(root, named, 'server.requirements');
    return [first, { name: 'model.txt', text, hashed: requirementsFacts(text).hashed, constraints }];
  }
  const names = file?.requirements ?? (['requirements-sklearn.txt'] as const);
  const ours = names.map(async (name) => {
    return { name: name.replace('requirements-', ''), text: await readRequirements(name), hashed: true, constraints };
  });
  return [first, ...(await Promise.all(ours))];
}

async function readUserFile(root: string, path: string, key: string): Promise<string> {
  try {
    return await readFile(resolve(root, path), 'utf8');
  } catch (cause) {
    throw new MlDeployError({
      code: 'build/file-missing',
      kind: 'usage',
      message: `${key} names ${path}, which cannot be read in ${root}`,
      hint: `Create ${path}, or correct ${key} in mldeploy.yaml.`,
      cause,
    });
  }
}
