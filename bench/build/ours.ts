import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { FileEvidence, ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { modelDigest } from '../../src/pipeline/model-digest.ts';

/** What a build of ours is told. */
export interface Told {
  readonly root: string;
  readonly repository: string;
  readonly base: string;
  readonly builder: string;
  /** File with certificate authorities. */
  readonly ca: string;
  readonly files: readonly FileEvidence[];
}

/** The program as it is shipped: dist/ must be up to date (`npm run build`). */
const program = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/**
 * Writes the configuration of the project and what validate would have said about its model.
 * @param told where, and of what
 * @returns the command that builds, to be run in the project's folder
 */
export function buildCommand({ root, repository, base, builder, ca, files }: Told): string[] {
  writeFileSync(
    join(root, 'mldeploy.yaml'),
    `version: 1
name: bench
model: {path: model}
server: {type: fastapi, entry: inference.py, requirements: requirements.txt}
image: {repository: ${repository}, base: ${base}, builder: ${builder}, secrets: {ca: ${ca}}}
`,
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const time = new Date(0).toISOString();
  const validated: ValidateEvidence = {
    schema: 'https://ml-deploy.dev/schema/validate-evidence-v1.json',
    stage: 'validate',
    project: 'bench',
    environment: null,
    outcome: 'passed',
    summary: 'clean',
    verdict: 'clean',
    model: { path: 'model', digest: modelDigest(files), bytes, files },
    contract: null,
    volatile: { startedAt: time, endedAt: time, engine: 'ml-deploy/bench', host: 'bench' },
  };
  const folder = join(root, '.mldeploy/default');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'validate.json'), JSON.stringify(validated));
  return [process.execPath, program, 'build', '--no-color'];
}

/**
 * Where the time of a build of ours went.
 * @param output of the program
 * @returns seconds of each task
 */
export function tasksIn(output: string): Record<string, number> {
  const lines = output.matchAll(/^\S+ +build +(\S.*): done after ([\d.]+) (ms|s|min)\b(?: ([\d.]+) s)?/gm);
  const seconds = (value: string, unit: string, rest = '0'): number =>
    unit === 'min' ? 60 * Number(value) + Number(rest) : Number(value) / (unit === 'ms' ? 1000 : 1);
  return Object.fromEntries(
    [...lines].map(([, task = '', value = '', unit = '', rest]) => [task, seconds(value, unit, rest)]),
  );
}
