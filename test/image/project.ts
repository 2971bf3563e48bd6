import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parseConfig } from '../../src/config/load.ts';
import type { ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { modelDigest } from '../../src/pipeline/model-digest.ts';
import { silentReporter, type Reporter } from '../../src/pipeline/reporter.ts';
import type { Access, StageContext } from '../../src/pipeline/stage.ts';

/** Evidence as validate gives it for the files that lie in `root/model` now. */
export function validated(root: string): ValidateEvidence {
  const folder = join(root, 'model');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const content = readFileSync(join(entry.parentPath, entry.name));
      const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
      const sha256 = createHash('sha256').update(content).digest('hex');
      return {
        path,
        bytes: content.length,
        sha256,
        format: path.endsWith('.joblib') ? 'joblib' : 'text',
        verdict: 'clean',
        findings: [],
        facts: {},
      } as const;
    });
  return {
    schema: 'https://ml-deploy.dev/schema/validate-evidence-v1.json',
    stage: 'validate',
    project: 'iris',
    environment: null,
    outcome: 'passed',
    summary: 'clean',
    verdict: 'clean',
    model: {
      path: 'model',
      digest: modelDigest(files),
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      files,
    },
    contract: null,
    volatile: { startedAt: '', endedAt: '', engine: 'ml-deploy/test', host: 'test' },
  };
}

/** What a test changes of its project. */
export interface ProjectOptions {
  readonly root: string;
  /** `host/path` */
  readonly repository: string;
  /** YAML of the keys `image` and `server`, each as a flow mapping without braces; the server is `fastapi` unless it has a type. */
  readonly image?: string;
  readonly server?: string;
  /** YAML of `optimize` and `resources`, likewise. */
  readonly optimize?: string;
  readonly resources?: string;
  readonly access?: Partial<Access>;
  readonly reporter?: Reporter;
  readonly signal?: AbortSignal;
}

function serverYaml(written = ''): string {
  if (written.includes('type:')) return written;
  return written === '' ? 'type: fastapi' : `type: fastapi, ${written}`;
}

/** A project around `root/model`, ready for the build stage. */
export function project(options: ProjectOptions): StageContext {
  const image = [`repository: ${options.repository}`, ...(options.image === undefined ? [] : [options.image])];
  const yaml = `version: 1
name: iris
model: {path: model}
server: {${serverYaml(options.server)}}
image: {${image.join(', ')}}
optimize: {${options.optimize ?? ''}}
resources: {${options.resources ?? ''}}
`;
  return {
    config: parseConfig(yaml, 'mldeploy.yaml', null),
    access: {
      root: options.root,
      kubeconfig: null,
      kubeContext: null,
      buildkit: null,
      dockerConfig: null,
      environment: { PATH: process.env['PATH'] ?? '' },
      host: 'test-host',
      engineImage: null,
      engine: 'ml-deploy/test',
      ...options.access,
    },
    evidence: { validate: validated(options.root) },
    reporter: options.reporter ?? silentReporter,
    signal: options.signal ?? new AbortController().signal,
  };
}
