import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { checkFiles } from '../../../src/image/files.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { serverOf } from '../../../src/server/index.ts';
import { project } from '../../image/project.ts';

function contextOf(
  files: Readonly<Record<string, string>>,
  server = 'type: custom',
  notes: string[] = [],
): StageContext {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-custom-'));
  for (const [path, text] of Object.entries({ 'model/a.joblib': 'weights', ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const reporter = { ...silentReporter, note: (_: string, message: string) => notes.push(message) };
  return project({ root, repository: 'ghcr.io/acme/iris', server, reporter });
}

describe('a project with its own Dockerfile', () => {
  it('gets the model on top of what the Dockerfile makes, below modelPath', async () => {
    const server = 'type: custom, dockerfile: d/Serve, context: d, target: serve, args: {A: 1}, modelPath: /opt/m';
    const context = contextOf({ 'd/Serve': 'FROM scratch AS serve\n' }, server);
    const { config, access, evidence } = context;
    if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
    const plan = await serverOf(config).imagePlan(config, evidence.validate, access.root);
    expect(plan).toMatchObject({
      recipe: {
        kind: 'dockerfile',
        file: join(access.root, 'd/Serve'),
        context: join(access.root, 'd'),
        target: 'serve',
        args: { A: '1' },
        excluded: [],
      },
      runtime: null,
      trees: [],
      weights: { path: '/opt/m', files: [{ path: 'a.joblib' }] },
    });
  });

  it.each([
    ['.', '.mldeploy'],
    ['..', /^mldeploy-custom-\w+\/\.mldeploy$/],
  ])('never has our own folder in its context %s', async (folder, excluded) => {
    const { config, access, evidence } = contextOf(
      { Dockerfile: 'FROM scratch\n' },
      `type: custom, context: ${folder}`,
    );
    if (evidence.validate === undefined) throw new Error('the project of a test has evidence');
    const plan = await serverOf(config).imagePlan(config, evidence.validate, access.root);
    expect(plan.recipe).toMatchObject({ excluded: [expect.stringMatching(excluded)] });
  });

  it('is asked as it says', () => {
    const { config } = contextOf({}, 'type: custom, port: 9000, protocol: v2, readyPath: /v2/health/ready');
    const server = serverOf(config);
    expect(server.protocol).toBe('v2');
    expect(server.probes(config)).toEqual({ port: 9000, livePath: '/healthz', readyPath: '/v2/health/ready' });
    expect(server.environment(config)).toMatchObject({ MLDEPLOY_MODEL_DIR: '/model', MLDEPLOY_PORT: '9000' });
  });

  it.each([
    [{}, 'build/file-missing', /server\.dockerfile names Dockerfile/],
    [
      { Dockerfile: 'FROM scratch\nCOPY . /app\n' },
      'build/dockerfile',
      /^Dockerfile:2: COPY \. copies the model .*model\/a\.joblib/,
    ],
    [
      { Dockerfile: 'FROM scratch\nCOPY model/*.joblib /app\n', '.dockerignore': 'other\n' },
      'build/dockerfile',
      /COPY model\/\*\.joblib copies/,
    ],
    [
      { Dockerfile: 'FROM scratch\nENV API_KEY=1\nARG TOKEN\n' },
      'build/dockerfile',
      /:2: ENV API_KEY.*\n.*:3: ARG TOKEN/,
    ],
  ])('is refused before the build: %j', async (files, code, message) => {
    await expect(checkFiles(contextOf(files))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });

  it('may copy everything when the model is ignored, and is warned of what moves', async () => {
    const notes: string[] = [];
    const files = { Dockerfile: 'FROM python:3.12-slim\nCOPY . /app\nUSER root\n', '.dockerignore': 'model\n' };
    await checkFiles(contextOf(files, 'type: custom', notes));
    expect(notes).toEqual([
      expect.stringMatching(/^Dockerfile:1: FROM python:3.12-slim: its tag can move/),
      expect.stringMatching(/^Dockerfile:3: USER root/),
    ]);
  });
});
