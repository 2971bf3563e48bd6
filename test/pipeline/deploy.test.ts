import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessFrom } from '../../src/cli/access.ts';
import { parseConfig } from '../../src/config/load.ts';
import { MlDeployError } from '../../src/errors.ts';
import type { ErrorKind } from '../../src/errors.ts';
import { runPipeline } from '../../src/pipeline/deploy.ts';
import type { Evidence } from '../../src/pipeline/evidence.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import type { Stage, StageContext } from '../../src/pipeline/stage.ts';
import { EvidenceStore } from '../../src/pipeline/store.ts';
import { buildEvidence, rolloutEvidence, smokeEvidence, validateEvidence } from './evidence.ts';

let store: EvidenceStore;
let log: string[];
let context: Omit<StageContext, 'evidence'>;
const stop = (): AbortController => new AbortController();

beforeEach(async () => {
  const root = await mkdtemp(join(tmpdir(), 'pipeline-'));
  store = new EvidenceStore(join(root, '.mldeploy/default'));
  log = [];
  const text = 'version: 1\nname: fraud\nmodel: {path: m}\nimage: {repository: ghcr.io/acme/fraud}\n';
  context = {
    config: parseConfig(text, 'mldeploy.yaml', null),
    access: accessFrom({}, { root }),
    reporter: silentReporter,
    signal: stop().signal,
  };
});

/** A stage that ends with this evidence and keeps a log. */
function stage(evidence: Evidence, problem?: Error): Stage {
  return {
    name: evidence.stage,
    preflight: () => {
      log.push(`preflight ${evidence.stage}`);
      return problem === undefined ? Promise.resolve() : Promise.reject(problem);
    },
    run: ({ evidence: before }) => {
      log.push(`run ${evidence.stage} after ${Object.keys(before).join(',')}`);
      return Promise.resolve(evidence);
    },
  };
}

function problem(code: string, kind: ErrorKind): MlDeployError {
  return new MlDeployError({ code, kind, message: `no ${code}`, hint: `get ${code}` });
}

describe('a pipeline', () => {
  it('runs every preflight before the first stage, and hands evidence on', async () => {
    const stages = [validateEvidence(), buildEvidence(), smokeEvidence(), rolloutEvidence()].map((e) => stage(e));
    const result = await runPipeline(stages, context, store);
    expect(log).toEqual([
      'preflight validate',
      'preflight build',
      'preflight smoke',
      'preflight rollout',
      'run validate after ',
      'run build after validate',
      'run smoke after validate,build',
      'run rollout after validate,build,smoke',
    ]);
    expect(result).toMatchObject({ outcome: 'passed', last: 'rollout' });
    expect(await store.readAll()).toEqual(result.evidence);
  });

  it('ends with the first stage that does not pass, and forgets what an earlier run proved', async () => {
    await store.write(rolloutEvidence());
    const stages = [
      stage(validateEvidence()),
      stage(buildEvidence()),
      stage(smokeEvidence('failed')),
      stage(rolloutEvidence()),
    ];
    const result = await runPipeline(stages, context, store);
    expect(result).toMatchObject({ outcome: 'failed', last: 'smoke' });
    expect(log.at(-1)).toBe('run smoke after validate,build');
    expect(await readdir(store.folder)).toEqual(['build.json', 'smoke.json', 'validate.json']);
  });

  it('reports all failed preflights at once, worst first, and starts nothing', async () => {
    const stages = [
      stage(validateEvidence()),
      stage(buildEvidence(), problem('image/registry', 'infrastructure')),
      stage(smokeEvidence(), problem('smoke/golden', 'usage')),
    ];
    await expect(runPipeline(stages, context, store)).rejects.toMatchObject({
      code: 'preflight/failed',
      kind: 'usage',
      message: [
        '2 things stand in the way; nothing was started:',
        '1. smoke (smoke/golden): no smoke/golden',
        '   get smoke/golden',
        '2. build (image/registry): no image/registry',
        '   get image/registry',
      ].join('\n'),
    });
    expect(log.filter((line) => line.startsWith('run'))).toEqual([]);
  });

  it('reports a single failed preflight as it is, and a defect at once', async () => {
    const only = problem('image/registry', 'infrastructure');
    await expect(runPipeline([stage(validateEvidence(), only)], context, store)).rejects.toBe(only);
    const defect = new TypeError('defect');
    await expect(runPipeline([stage(validateEvidence(), defect)], context, store)).rejects.toBe(defect);
  });

  it('does not begin a stage after an interrupt', async () => {
    const controller = stop();
    const interrupted = new MlDeployError({ code: 'run/interrupted', kind: 'interrupted', message: 'stopped' });
    const first: Stage = {
      ...stage(validateEvidence()),
      run: () => {
        controller.abort(interrupted);
        return Promise.resolve(validateEvidence());
      },
    };
    const run = runPipeline([first, stage(buildEvidence())], { ...context, signal: controller.signal }, store);
    await expect(run).rejects.toBe(interrupted);
    expect(await readdir(store.folder)).toEqual(['stopped.json', 'validate.json']);
    expect((await store.readAll()).stopped).toMatchObject({ stage: 'build', error: { kind: 'interrupted' } });
  });

  it('keeps what stopped it and what was known until then, until the next run', async () => {
    const lost = problem('rollout/superseded', 'infrastructure');
    const before = [validateEvidence(), buildEvidence(), smokeEvidence()].map((e) => stage(e));
    const stops: Stage = {
      ...stage(rolloutEvidence()),
      run: ({ onUnfinished }) => {
        onUnfinished?.(rolloutEvidence('error'));
        return Promise.reject(lost);
      },
    };
    await expect(runPipeline([...before, stops], context, store)).rejects.toBe(lost);
    const { code, kind, message } = lost;
    expect(store.stopped).toMatchObject({ stage: 'rollout', error: { code, kind, message, hint: lost.hint } });
    expect(await store.readAll()).toMatchObject({ rollout: { outcome: 'error' }, stopped: store.stopped });

    await runPipeline(before, context, store);
    expect(Object.keys(await store.readAll())).toEqual(['validate', 'build', 'smoke']);
  });

  it('keeps nothing of a preflight that failed: nothing had begun', async () => {
    await store.write(rolloutEvidence('held'));
    const refused = stage(validateEvidence(), problem('rollout/held', 'usage'));
    await expect(runPipeline([refused], context, store)).rejects.toMatchObject({ code: 'rollout/held' });
    expect(store.stopped).toBeNull();
    expect(await readdir(store.folder)).toEqual(['rollout.json']);
  });
});

describe('a single stage', () => {
  it('uses the evidence of earlier runs', async () => {
    for (const evidence of [validateEvidence(), buildEvidence(), smokeEvidence()]) await store.write(evidence);
    await runPipeline([stage(rolloutEvidence())], context, store);
    expect(log.at(-1)).toBe('run rollout after validate,build,smoke');
  });

  it('is refused without it', async () => {
    await expect(runPipeline([stage(buildEvidence())], context, store)).rejects.toMatchObject({
      code: 'pipeline/missing-evidence',
      kind: 'usage',
      hint: expect.stringContaining('ml-deploy validate') as unknown,
    });
    expect(log).toEqual([]);
  });

  it('smoke needs none for a server that runs already, and a rollout does not take it for its image', async () => {
    const smoke = { ...context.config.smoke, url: 'http://127.0.0.1:8000', runtime: 'auto' as const };
    const asking = { ...context, config: { ...context.config, smoke } };
    await runPipeline([stage(smokeEvidence())], asking, store);
    expect(log.at(-1)).toBe('run smoke after ');
    const other = { ...context, config: { ...context.config, smoke: { ...smoke, runtime: 'docker' as const } } };
    await expect(runPipeline([stage(smokeEvidence())], other, store)).rejects.toMatchObject({
      code: 'pipeline/missing-evidence',
    });
    await expect(runPipeline([stage(rolloutEvidence())], asking, store)).rejects.toMatchObject({
      code: 'pipeline/missing-evidence',
    });
  });

  it('does not begin where another server would stand for the image that is rolled out', async () => {
    const smoke = { ...context.config.smoke, url: 'http://127.0.0.1:8000', runtime: 'auto' as const };
    const asking = { ...context, config: { ...context.config, smoke } };
    const stages = [validateEvidence(), buildEvidence(), smokeEvidence(), rolloutEvidence()].map((each) => stage(each));
    await expect(runPipeline(stages, asking, store)).rejects.toMatchObject({ code: 'pipeline/other-server' });
    expect(log).toEqual([]);
  });

  it('does not begin where another server would be asked instead of the image that was named', async () => {
    const smoke = { ...context.config.smoke, url: 'http://127.0.0.1:8000', runtime: 'auto' as const };
    const image = `registry.test/iris@sha256:${'0'.repeat(64)}`;
    const named = { ...context, config: { ...context.config, smoke }, image };
    const run = runPipeline([stage(smokeEvidence())], named, store);
    await expect(run).rejects.toMatchObject({ code: 'pipeline/other-server' });
    await expect(run).rejects.toThrow('the image that was named is registry.test/iris');
  });

  it('is refused when what it builds upon did not pass', async () => {
    await store.write(validateEvidence('failed'));
    await expect(runPipeline([stage(buildEvidence())], context, store)).rejects.toMatchObject({
      code: 'pipeline/not-passed',
      kind: 'model',
    });
    await store.write(validateEvidence('inconclusive'));
    await expect(runPipeline([stage(buildEvidence())], context, store)).rejects.toMatchObject({ kind: 'inconclusive' });
  });

  it('is refused when the evidence speaks about different models or images', async () => {
    await store.write(validateEvidence('passed', 'sha256:other'));
    await store.write(buildEvidence());
    await expect(runPipeline([stage(smokeEvidence())], context, store)).rejects.toMatchObject({
      code: 'pipeline/mismatch',
    });
    await store.write(validateEvidence());
    await store.write({ ...smokeEvidence(), imageReference: 'ghcr.io/acme/fraud@sha256:other' });
    await expect(runPipeline([stage(rolloutEvidence())], context, store)).rejects.toMatchObject({
      code: 'pipeline/mismatch',
    });
  });
});
