/**
 * One build of ours, in a process of its own. Argument: a JSON file with what the build is told. Prints JSON.
 */
import { readFileSync } from 'node:fs';

import { parseConfig } from '../../src/config/load.ts';
import { buildStage } from '../../src/image/stage.ts';
import { modelDigest } from '../../src/pipeline/model-digest.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import type { FileEvidence } from '../../src/pipeline/evidence.ts';

/** What the benchmark tells a build. */
export interface Told {
  readonly root: string;
  readonly repository: string;
  readonly base: string;
  readonly builder: string;
  readonly buildkit: string;
  readonly ca: string;
  readonly path: string;
  readonly files: readonly FileEvidence[];
}

const told = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Told;
const yaml = `version: 1
name: bench
model: {path: model}
server: {type: fastapi, entry: inference.py, requirements: requirements.txt}
image: {repository: ${told.repository}, base: ${told.base}, builder: ${told.builder}, secrets: {ca: ${told.ca}}}
`;
const tasks: Record<string, number> = {};
const digest = modelDigest(told.files);
const context: StageContext = {
  config: parseConfig(yaml, 'mldeploy.yaml', null),
  access: {
    root: told.root,
    kubeconfig: null,
    kubeContext: null,
    buildkit: told.buildkit,
    dockerConfig: null,
    environment: { ...(process.env as Record<string, string>), PATH: told.path },
    host: 'bench',
    engineImage: null,
    engine: 'ml-deploy/bench',
  },
  evidence: {
    validate: {
      schema: 'https://ml-deploy.dev/schema/validate-evidence-v1.json',
      stage: 'validate',
      project: 'bench',
      environment: null,
      outcome: 'passed',
      summary: 'clean',
      verdict: 'clean',
      model: { path: 'model', digest, bytes: told.files.reduce((sum, { bytes }) => sum + bytes, 0), files: told.files },
      contract: null,
      volatile: { startedAt: '', endedAt: '', engine: 'ml-deploy/bench', host: 'bench' },
    },
  },
  reporter: {
    ...silentReporter,
    note: (level, message) => {
      if (level === 'warning') console.error(message);
    },
    task: (title) => {
      const began = performance.now();
      const end = (): void => {
        tasks[title] = Math.round(performance.now() - began);
      };
      return { update: () => undefined, done: end, fail: end };
    },
  },
  signal: new AbortController().signal,
};
await buildStage.preflight(context);
const evidence = await buildStage.run(context);
console.log(
  JSON.stringify({
    uploaded: evidence.volatile.uploadedBytes,
    bytes: evidence.image.bytes,
    digest: evidence.image.digest,
    tasks,
  }),
);
