import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { SmokeEvidence } from '../../src/pipeline/evidence.ts';
import { serverOf } from '../../src/server/index.ts';
import { createSmokeStage } from '../../src/smoke/stage.ts';
import { trainIris } from '../server/fastapi/python.ts';
import { fastapiRuntime } from './fixture/fastapi-runtime.ts';
import { message, project } from './fixture/project.ts';

// The server that we generate, with a real scikit-learn model, judged like anybody else's.
interface Wish {
  readonly inference?: string;
  readonly workers?: number;
}

const folder = () => mkdtempSync(path.join(tmpdir(), 'smoke-fastapi-'));
const trained = folder();

beforeAll(async () => {
  await trainIris(trained);
});

async function smoke({ inference, workers }: Wish): Promise<SmokeEvidence> {
  const root = folder();
  cpSync(trained, root, { recursive: true });
  const runtime = fastapiRuntime({
    root,
    ...(inference === undefined ? {} : { inference }),
    env: {
      MLDEPLOY_DRAIN_SECONDS: '1',
      MLDEPLOY_MAX_BODY_BYTES: String(1024 * 1024),
      ...(workers === undefined ? {} : { MLDEPLOY_WORKERS: String(workers) }),
    },
  });
  const golden = {
    requests: [{ name: 'a setosa', body: { inputs: [[5.1, 3.5, 1.4, 0.2]] }, expect: { outputs: [0] } }],
  };
  const context = project(
    { golden: 'golden.json', readyTimeoutMs: 120_000, stopTimeoutMs: 20_000 },
    { 'golden.json': JSON.stringify(golden) },
  );
  return createSmokeStage({ runtimes: [runtime], serverOf }).run(context);
}

const failures = (evidence: SmokeEvidence) =>
  evidence.checks.flatMap(({ id, verdict }) => (verdict === 'failed' ? [id] : []));
const skipped = (evidence: SmokeEvidence) =>
  evidence.checks.flatMap(({ id, verdict }) => (verdict === 'skipped' ? [id] : []));

const inferenceThat = (predict: string): string => `
import os, random
from pathlib import Path
import joblib
count = 0

def load(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")

def predict(model, inputs):
    global count
    count += 1
    outputs = model.predict(inputs).tolist()
    ${predict}
`;

test.each([1, 2])('a scikit-learn model with %i worker(s) passes', async (workers) => {
  const evidence = await smoke({ workers });
  expect(failures(evidence)).toEqual([]);
  expect(skipped(evidence)).toEqual(['image', 'non-root', 'slowdown', 'memory', 'peak-memory']);
  expect(message(evidence, 'answers')).toContain('batch of 32');
});

test.each([
  ['NaN', 'return [float("nan")] * len(outputs)', ['ready', 'answers', 'golden', 'latency']],
  ['one output for all rows', 'return outputs[:1]', ['answers', 'latency']],
  ['chance', 'return [random.random() for _ in outputs]', ['golden', 'same-twice']],
  ['a crash at the third request', 'os._exit(1) if count == 3 else None; return outputs', ['answers', 'alive']],
])('inference code that answers with %s', async (_, predict, expected) => {
  expect(failures(await smoke({ inference: inferenceThat(predict) }))).toEqual(expected);
});
