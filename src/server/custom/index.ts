import { stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';

import type { Config } from '../../config/config.ts';
import { MlDeployError } from '../../errors.ts';
import type { ValidateEvidence } from '../../pipeline/evidence.ts';
import type { ImagePlan } from '../image-plan.ts';
import { imageLabels } from '../labels.ts';
import { readProjectFile } from '../project-file.ts';
import type { Server } from '../server.ts';
import { modelFilesInContext } from './context.ts';
import { readDockerfile } from './dockerfile/read.ts';
import { checkDockerfile } from './dockerfile/rules.ts';

/**
 * The user's own Dockerfile and context (docs/server-custom.md). The model comes in layers of its own on top, as with every server.
 * @param config says how the server is asked
 */
export function custom(config: Config): Server {
  const { port, livePath, readyPath, protocol, modelPath } = config.server;
  return {
    type: 'custom',
    protocol,
    // Nothing is known about a server of somebody else's.
    refusals: '4xx or 5xx',
    recipe: 'dockerfile',
    imagePlan,
    check,
    probes: () => ({ port, livePath, readyPath }),
    metrics: () => ({
      name: 'custom',
      port,
      path: '/metrics',
      errors: null,
      latency: null,
      guardrails: [],
      startTime: null,
      limits: [
        'What a server of your own counts is not known: name a preset of metrics in rollout.metrics.preset, or custom ones.',
      ],
    }),
    environment: () => ({ MLDEPLOY_MODEL: config.name, MLDEPLOY_MODEL_DIR: modelPath, MLDEPLOY_PORT: String(port) }),
  };
}

interface Places {
  readonly file: string;
  readonly context: string;
}

function placesOf({ server }: Config, root: string): Places {
  const context = resolve(root, server.context);
  return { context, file: resolve(root, server.dockerfile) };
}

async function imagePlan(config: Config, model: ValidateEvidence, root: string): Promise<ImagePlan> {
  const { file, context } = placesOf(config, root);
  await readProjectFile(root, config.server.dockerfile, 'server.dockerfile');
  return Promise.resolve({
    platform: config.image.platform,
    recipe: {
      kind: 'dockerfile',
      file,
      context,
      target: config.server.target,
      args: config.server.args,
      excluded: ownFolder(root, context),
    },
    trees: [],
    runtime: null,
    labels: imageLabels(config, model),
    weights: {
      path: config.server.modelPath,
      files: model.model.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
    },
  });
}

/** Evidence and caches of ml-deploy: with them in the image, each would have another digest, and hold the one before. */
function ownFolder(root: string, context: string): string[] {
  const inside = relative(context, join(root, '.mldeploy')).split(sep).join('/');
  return ['', '..'].includes(inside) || inside.startsWith('../') ? [] : [inside];
}

/** Refuses a Dockerfile that would leak a secret or hold the model twice; warns of the rest. */
async function check(config: Config, model: ValidateEvidence | null, root: string): Promise<readonly string[]> {
  const { file, context } = placesOf(config, root);
  await requireFolder(context, config.server.context);
  const instructions = readDockerfile(await readProjectFile(root, config.server.dockerfile, 'server.dockerfile'));
  const problems = checkDockerfile(instructions, {
    args: config.server.args,
    modelFilesAt: await modelFilesInContext(
      context,
      file,
      resolve(root, config.model.path),
      model?.model.files ?? null,
    ),
  });
  const lineOf = ({ line, message }: { line: number; message: string }): string =>
    `${config.server.dockerfile}:${line}: ${message}`;
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) {
    throw new MlDeployError({
      code: 'build/dockerfile',
      kind: 'usage',
      message: errors.map(lineOf).join('\n'),
      hint: 'docs/server-custom.md says what a Dockerfile may not do, and what to do instead.',
    });
  }
  return problems.map(lineOf);
}

async function requireFolder(folder: string, written: string): Promise<void> {
  const found = await stat(folder).catch((cause: unknown) => {
    throw missing('server.context', written, cause);
  });
  if (!found.isDirectory()) throw missing('server.context', written, null);
}

function missing(key: string, path: string, cause: unknown): MlDeployError {
  return new MlDeployError({
    code: 'build/file-missing',
    kind: 'usage',
    message: `${key} names ${path}, which cannot be read`,
    hint: `Create ${path}, or correct ${key} in mldeploy.yaml.`,
    cause,
  });
}
