import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import type { ImagePlan, PlannedFile } from '../image-plan.ts';
import type { MetricsPreset } from '../metrics-preset.ts';
import type { Probes, Server } from '../server.ts';
import { fastapiMetrics } from './metrics.ts';
import { buildSecrets, copies, dockerfile, serverUser } from './dockerfile.ts';
import { constraintsOf, requirementsFacts } from './requirements.ts';
import { readBuildFile, readServerModules } from './sources.ts';

const modelFolder = '/model';

/** Time that the server goes on answering after SIGTERM, so that the endpoints of the cluster can change; seconds. */
const drainSeconds = 5;

/** FastAPI on uvicorn around a scikit-learn model or the user's own inference.py (docs/server-fastapi.md). */
export const fastapi: Server = {
  type: 'fastapi',
  protocol: 'openapi',
  buildSecrets,
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
  const requirements = await requirementFiles(config, root);
  const labels = {
    'org.opencontainers.image.title': config.name,
    'org.opencontainers.image.base.name': config.image.base,
    'dev.ml-deploy.server': 'fastapi',
    'dev.ml-deploy.model.digest': model.model.digest,
  };
  const environment = {
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONPATH: '/app',
    MLDEPLOY_MODEL: config.name,
    MLDEPLOY_MODEL_DIR: modelFolder,
    MLDEPLOY_MODEL_DIGEST: model.model.digest,
    MLDEPLOY_PORT: String(config.server.port),
  };
  return {
    base: config.image.base,
    platform: config.image.platform,
    dockerfile: dockerfile({
      base: config.image.base,
      requirements: requirements.installs,
      port: config.server.port,
      environment,
      labels,
    }),
    context: [
      ...requirements.files,
      { path: '/precompile.py', content: await readBuildFile('precompile.py') },
      ...(await codeFiles(config, model, root)),
    ],
    user: serverUser,
    exposedPort: config.server.port,
    labels,
    layers: copies,
    weights: {
      path: modelFolder,
      files: model.model.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    },
  };
}

async function codeFiles(config: Config, model: ValidateEvidence, root: string): Promise<PlannedFile[]> {
  const inputs = config.model.inputs ?? model.contract?.inputs ?? [];
  const modules = await readServerModules();
  return [
    ...modules.map(({ name, text }) => ({ path: `/app/mldeploy_server/${name}`, content: text })),
    { path: '/app/contract.json', content: `${JSON.stringify({ inputs })}\n` },
    ...(config.server.entry === null
      ? []
      : [{ path: '/app/inference.py', content: await readUserFile(root, config.server.entry, 'server.entry') }]),
  ];
}

interface Requirements {
  readonly files: PlannedFile[];
  readonly installs: { file: string; hashed: boolean; constraints?: string }[];
}

/** The server's own dependencies first; then the user's, or what a scikit-learn model needs, which may not change the server's. */
async function requirementFiles(config: Config, root: string): Promise<Requirements> {
  const server = await readBuildFile('requirements-server.txt');
  const named = config.server.requirements;
  const model =
    named === null
      ? await readBuildFile('requirements-sklearn.txt')
      : await readUserFile(root, named, 'server.requirements');
  return {
    files: [
      { path: '/requirements/server.txt', content: server },
      { path: '/requirements/server-constraints.txt', content: constraintsOf(server) },
      { path: '/requirements/model.txt', content: model },
    ],
    installs: [
      { file: 'server.txt', hashed: true },
      { file: 'model.txt', hashed: requirementsFacts(model).hashed, constraints: 'server-constraints.txt' },
    ],
  };
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
