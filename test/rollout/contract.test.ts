import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { kubeApi } from '../../src/kubernetes/kube-api.ts';
import type { Contract, EvidenceSoFar, ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { builtContract } from '../../src/rollout/contract.ts';
import { planRollout } from '../../src/rollout/plan.ts';
import { rollOut } from '../../src/rollout/stage.ts';
import { survey } from '../../src/rollout/survey.ts';
import { fastapi } from '../../src/server/fastapi/index.ts';
import { memoryCluster, ref } from './memory-cluster.ts';
import { accessTo, contextFor, project } from './project.ts';

const contract = (output: string, width: number | null): Contract => ({
  inputs: [{ name: 'features', dtype: 'float32', shape: [null, width] }],
  outputs: [{ name: output, dtype: 'float32', shape: [null, 1] }],
  source: 'onnx',
});

const digest = `sha256:${'0'.repeat(64)}`;
const image = `registry.test/fraud@sha256:${'b'.repeat(64)}`;

/** A cluster whose stable revision tells this contract. */
function cluster(config: Config, stable: Contract | null) {
  return memoryCluster(config, (revision) => ({ stable: { ...revision('r1'), contract: stable } }));
}

async function plan(config: Config, stable: Contract | null, candidate: Contract | null) {
  const found = await survey(kubeApi(await cluster(config, stable)), ref);
  return planRollout(config, { image, modelDigest: digest, contract: candidate }, fastapi, found);
}

const acknowledging = (config: Config, previous: string): Config => ({
  ...config,
  model: { ...config.model, acknowledgeBreaking: { previous, reason: 'all clients moved in May' } },
});

describe('a release whose contract is another one than that of the running revision', () => {
  const config = project({ namespace: 'ml' });
  const old = contract('score', 4);

  /** Rolls a release with the output `risk` out; what validate and build would have said is given. */
  async function release(of: Config) {
    const transport = await cluster(of, old);
    const { evidence, ...context } = contextFor(of, accessTo({ kubeconfigPath: '/nowhere' }), image);
    const modelDigest = evidence.build?.modelDigest ?? '';
    const validate = { model: { digest: modelDigest }, contract: contract('risk', 4) } as unknown as ValidateEvidence;
    // Ended before anything is created, or else by the tests' own abort.
    const signal = AbortSignal.abort(new Error('begun'));
    const outcome = rollOut({ ...context, signal, evidence: { ...evidence, validate } }, kubeApi(transport));
    return { transport, error: await outcome.catch((error: unknown) => error) };
  }

  test('is refused before anything is written, with the exact difference and what to do', async () => {
    const { transport, error } = await release(config);
    expect(error).toMatchObject({
      code: 'rollout/breaking-contract',
      kind: 'model',
      message: 'Clients of r1, which runs now, would break: the output "score" (float32 [?, 1]) is gone.',
      hint: expect.stringContaining(`\`previous: ${digest}\``) as string,
    });
    expect(transport.writes).toEqual([]);
  });

  test('begins when the change is acknowledged for this very predecessor, and not for another one', async () => {
    const other = await release(acknowledging(config, `sha256:${'9'.repeat(64)}`));
    expect(other.error).toMatchObject({ code: 'rollout/breaking-contract' });
    const { error } = await release(acknowledging(config, digest));
    expect(error).not.toMatchObject({ code: 'rollout/breaking-contract' });
  });

  test('is told by the plan', async () => {
    const { warnings, candidate } = await plan(config, old, contract('risk', 4));
    expect(warnings.join('\n')).toMatch(
      /Clients of r1 break, so the rollout refuses to begin: the output "score".*is gone/,
    );
    expect(candidate.contract).toEqual(contract('risk', 4));
    const acknowledged = await plan(acknowledging(config, digest), old, contract('risk', 4));
    expect(acknowledged.warnings.join('\n')).toMatch(/acknowledged \(all clients moved in May\)/);
  });

  test('may accept more: the plan says so, nobody is stopped', async () => {
    const { warnings } = await plan(config, old, contract('score', null));
    expect(warnings.join('\n')).toMatch(/Since r1, the input "features" has any size instead of 4.*notice nothing/);
  });

  test.each([
    ['neither is known', null, null],
    ['only one is known', old, null],
    ['both are equal', old, old],
  ])('says nothing when %s', async (_name, stable, candidate) => {
    const { warnings } = await plan(config, stable, candidate);
    expect(warnings.join('\n')).not.toMatch(/Clients of r1|notice nothing/);
  });

  test("is not the model's where code of the project stands before it, unless it is declared", async () => {
    const own = { ...config, server: { ...config.server, entry: 'inference.py' } };
    expect((await plan(own, old, contract('risk', 4))).candidate.contract).toBeNull();
    const declared = { ...contract('risk', 4), source: 'declared' };
    expect((await plan(own, old, declared)).candidate.contract).toEqual(declared);
  });
});

describe('the contract that is kept', () => {
  const built = { modelDigest: digest, image: { reference: image } };
  const evidence = (modelDigest: string, told: Contract | null): EvidenceSoFar =>
    ({ build: built, validate: { model: { digest: modelDigest }, contract: told } }) as unknown as EvidenceSoFar;

  test('is that of the model that was built', () => {
    expect(builtContract(evidence(digest, contract('score', 4)))).toEqual(contract('score', 4));
    expect(builtContract(evidence(`sha256:${'1'.repeat(64)}`, contract('score', 4)))).toBeNull();
  });

  test('is none that would fill the state', () => {
    const inputs = Array.from({ length: 1000 }, (_, index) => ({
      name: `column ${index}`,
      dtype: 'float32',
      shape: [],
    }));
    expect(builtContract(evidence(digest, { inputs, outputs: [], source: 'mlflow' }))).toBeNull();
  });
});
