import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { validateStage } from '../../src/model/stage.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import type { StageContext } from '../../src/pipeline/stage.ts';
import * as p from './pickle/assembler.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stage-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function context(model: string, signal = new AbortController().signal): StageContext {
  const text = `version: 1\nname: fraud\nmodel: ${model}\nimage: {repository: registry.example/fraud}\n`;
  return {
    config: parseConfig(text, 'mldeploy.yaml', null),
    access: {
      root,
      kubeconfig: null,
      kubeContext: null,
      buildkit: null,
      dockerConfig: null,
      environment: {},
      host: 'here',
      engineImage: null,
      engine: 'ml-deploy/0.0.0',
    },
    evidence: {},
    reporter: silentReporter,
    signal,
  };
}

describe('the validate stage', () => {
  it('passes a clean model, and declares its contract', async () => {
    writeFileSync(join(root, 'model.pkl'), p.bytes(p.proto(4), 'N.'));
    const run = context('{path: model.pkl, inputs: [{name: x, dtype: float64, shape: [-1, 4]}]}');
    await validateStage.preflight(run);
    const { volatile, model, ...evidence } = await validateStage.run(run);
    expect(evidence).toEqual({
      schema: 'https://ml-deploy.dev/schema/validate-evidence-v1.json',
      stage: 'validate',
      project: 'fraud',
      environment: null,
      outcome: 'passed',
      summary: 'model.pkl: every byte is understood, nothing outside the allow-lists',
      verdict: 'clean',
      contract: { inputs: [{ name: 'x', dtype: 'float64', shape: [null, 4] }], outputs: [], source: 'declared' },
    });
    expect(model).toMatchObject({ path: 'model.pkl', bytes: 4 });
    expect(volatile).toMatchObject({ engine: 'ml-deploy/0.0.0', host: 'here' });
  });

  it('fails an unsafe one, and is inconclusive about what it does not know', async () => {
    writeFileSync(join(root, 'evil.pkl'), p.bytes(p.proto(4), p.payload, p.stop));
    expect(await validateStage.run(context('{path: evil.pkl}'))).toMatchObject({
      outcome: 'failed',
      verdict: 'unsafe',
      contract: null,
    });
    writeFileSync(join(root, 'model.onnx'), 'onnx');
    expect(await validateStage.run(context('{path: model.onnx}'))).toMatchObject({
      outcome: 'inconclusive',
      verdict: 'inconclusive',
    });
  });

  it('takes the allow entries of the configuration', async () => {
    writeFileSync(join(root, 'own.pkl'), p.bytes(p.proto(4), p.stackGlobal('my.parts', 'Ratio'), ')\x81.'));
    const entry = '{global: my.parts.Ratio, reason: ours, owner: team, expires: 2999-01-01}';
    expect(await validateStage.run(context(`{path: own.pkl, allow: [${entry}]}`))).toMatchObject({ outcome: 'passed' });
    expect(await validateStage.run(context('{path: own.pkl}'))).toMatchObject({ outcome: 'inconclusive' });
  });

  it('finds a missing model before anything runs', async () => {
    await expect(validateStage.preflight(context('{path: none/}'))).rejects.toMatchObject({
      code: 'model/missing',
      kind: 'usage',
    });
  });

  it('ends with "interrupted" when it is interrupted', async () => {
    writeFileSync(join(root, 'model.pkl'), 'N.');
    const run = validateStage.run(context('{path: model.pkl}', AbortSignal.abort()));
    await expect(run).rejects.toMatchObject({ code: 'model/interrupted', kind: 'interrupted' });
  });
});
