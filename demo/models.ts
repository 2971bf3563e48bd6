import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from './target.ts';
import { runQuietly } from './run.ts';

const here = new URL('.', import.meta.url).pathname;

/** Training runs as a build, with the very library versions that serve later, so that this machine needs no Python. */
const dockerfile = `FROM docker.io/library/python:3.12-slim AS train
RUN python -m venv --without-pip /venv
COPY requirements.txt /tmp/requirements.txt
RUN --mount=type=secret,id=ca,target=/etc/ssl/certs/ca-certificates.crt \\
    pip --python /venv/bin/python install --no-compile --require-hashes -r /tmp/requirements.txt
COPY train.py /train.py
RUN /venv/bin/python /train.py /out

FROM scratch
COPY --from=train /out /
`;

/** What the training leaves: `v1/ v2/ v3/` with model files, golden requests, accuracies, and rows for live traffic. */
export interface TrainedModels {
  readonly folder: string;
  accuracy(version: string): number;
  readonly rows: readonly (readonly number[])[];
}

/** Trains the three versions with BuildKit, once: the result is kept below `state`. */
export async function trainModels(target: Target, state: string): Promise<TrainedModels> {
  const requirements = readFileSync(new URL('../src/server/fastapi/requirements-sklearn.txt', import.meta.url), 'utf8');
  const train = readFileSync(join(here, 'models/train.py'), 'utf8');
  const key = createHash('sha256').update([dockerfile, requirements, train].join('\0')).digest('hex').slice(0, 12);
  const folder = join(state, `models-${key}`);
  if (!existsSync(folder)) {
    const context = mkdtempSync(join(tmpdir(), 'ml-deploy-demo-'));
    writeFileSync(join(context, 'Dockerfile'), dockerfile);
    writeFileSync(join(context, 'requirements.txt'), requirements);
    writeFileSync(join(context, 'train.py'), train);
    mkdirSync(state, { recursive: true });
    const part = mkdtempSync(join(state, 'training-'));
    try {
      await runQuietly('training three models (scikit-learn, breast cancer data set)', 60, target.buildctl, [
        ...['--addr', target.buildkit, 'build', '--progress', 'plain', '--frontend', 'dockerfile.v0'],
        ...['--local', `context=${context}`, '--local', `dockerfile=${context}`],
        ...(target.caBundle === null ? [] : ['--secret', `id=ca,src=${target.caBundle}`]),
        ...['--output', `type=local,dest=${part}`],
      ]);
      renameSync(part, folder);
    } finally {
      rmSync(context, { recursive: true, force: true });
      rmSync(part, { recursive: true, force: true });
    }
  }
  return {
    folder,
    accuracy: (version) =>
      (JSON.parse(readFileSync(join(folder, `${version}.json`), 'utf8')) as { accuracy: number }).accuracy,
    rows: JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8')) as number[][],
  };
}
