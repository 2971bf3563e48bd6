import { readFileSync } from 'node:fs';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fastapi } from '../../../src/server/fastapi/index.ts';
import { constraintsOf, requirementsFacts } from '../../../src/server/fastapi/requirements.ts';
import type { ImagePlan, RequirementsFile } from '../../../src/server/image-plan.ts';
import { project } from '../../image/project.ts';

async function planOf(files: Readonly<Record<string, string>>, server?: string): Promise<ImagePlan> {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-plan-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/model.joblib'), 'weights');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const context = project({ root, repository: 'ghcr.io/acme/iris', ...(server === undefined ? {} : { server }) });
  const { validate } = context.evidence;
  if (validate === undefined) throw new Error('the project of a test has evidence');
  return fastapi.imagePlan(context.config, validate, root);
}

const contentOf = (plan: ImagePlan, path: string): string | undefined =>
  plan.trees
    .flatMap(({ files }) => files)
    .find((file) => file.path === path)
    ?.content.toString();

const requirementsOf = ({ recipe }: ImagePlan): readonly RequirementsFile[] =>
  recipe.kind === 'base' ? (recipe.packages?.requirements ?? []) : [];

describe('image plan', () => {
  it('has every Python module of the server, the contract, and never the weights', async () => {
    const plan = await planOf({});
    const sources = readdirSync(new URL('../../../src/server/fastapi/', import.meta.url), {
      recursive: true,
      encoding: 'utf8',
    }).filter((name) => name.endsWith('.py'));
    expect(plan.trees.map(({ path }) => path)).toEqual(['/app']);
    const planned = plan.trees.flatMap(({ files }) => files.map(({ path }) => path));
    for (const name of sources) expect(planned).toContain(`mldeploy_server/${name}`);
    expect(contentOf(plan, 'contract.json')).toBe('{"inputs":[],"model":{"file":"model.joblib","format":"joblib"}}\n');
    expect(planned.filter((path) => path.includes('model.joblib'))).toEqual([]);
    expect(JSON.stringify(plan.recipe)).not.toContain('model.joblib');
    expect(plan.weights).toMatchObject({ path: '/model', files: [{ path: 'model.joblib', bytes: 7 }] });
  });

  it('is served without root, with a health check', async () => {
    const { runtime } = await planOf({});
    expect(runtime).toMatchObject({
      user: '10001:10001',
      ports: [8000],
      entrypoint: ['python', '-m', 'mldeploy_server'],
    });
    expect(runtime?.healthcheck.command.join(' ')).toContain('/healthz');
  });

  it("takes the user's code and requirements instead of scikit-learn's, below the server's own pins", async () => {
    const files = { 'serve.py': 'def load(d): ...\n', 'requirements.txt': 'xgboost==3.2.0\n' };
    const plan = await planOf(files, 'entry: serve.py, requirements: requirements.txt');
    expect(contentOf(plan, 'inference.py')).toBe(files['serve.py']);
    const [server, model] = requirementsOf(plan);
    expect(server).toMatchObject({ name: 'server.txt', hashed: true, constraints: null });
    expect(model).toMatchObject({ text: 'xgboost==3.2.0\n', hashed: false });
    expect(model?.constraints).toMatch(/^fastapi==[\d.]+$/m);
    expect(model?.constraints).not.toContain('--hash');
  });

  it('names a file that is not there', async () => {
    await expect(planOf({}, 'entry: serve.py')).rejects.toMatchObject({ code: 'build/file-missing', kind: 'usage' });
  });

  it('agrees with the Python side about the edges of the histogram', () => {
    const python = readFileSync(new URL('../../../src/server/fastapi/metrics.py', import.meta.url), 'utf8');
    const edges = /^EDGES_SECONDS = \((.*)\)$/m.exec(python)?.[1]?.split(', ').map(Number);
    const context = project({ root: mkdirWithModel(), repository: 'ghcr.io/acme/iris' });
    expect(fastapi.metrics(context.config).latency?.edgesSeconds).toEqual(edges);
  });
});

describe('environment', () => {
  it.each([
    ['500m', 1, '1'],
    ['4', 1, '4'],
    ['4', 2, '2'],
    ['2.5', 1, '3'],
    ['100m', 4, '1'],
  ])('gives numerical libraries with cpu %s and %i workers %s threads', (cpu, workers, threads) => {
    const { config } = project({ root: mkdirWithModel(), repository: 'ghcr.io/acme/iris' });
    const changed = {
      ...config,
      resources: { ...config.resources, cpu },
      server: { ...config.server, workers },
    };
    expect(fastapi.environment(changed)).toMatchObject({ OMP_NUM_THREADS: threads, OPENBLAS_NUM_THREADS: threads });
  });
});

function mkdirWithModel(): string {
  const root = mkdtempSync(join(tmpdir(), 'mldeploy-plan-'));
  mkdirSync(join(root, 'model'));
  return root;
}

describe('requirements files', () => {
  it('are hashed only when every requirement is, and pinned only with exact versions', () => {
    const hashed =
      'a==1 \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\nb==2 ; python_version < "3.12" --hash=sha256:22\n';
    expect(requirementsFacts(hashed)).toEqual({ hashed: true, unpinned: [] });
    const mixed =
      '# comment\n--index-url https://x\na==1\n\nb>=2  # why\nc\nd==1.*\ne @ https://x/e.whl\nf[extra]===1\ng ; python_version == "3.12"\n';
    expect(requirementsFacts(mixed)).toEqual({
      hashed: false,
      unpinned: [
        { line: 5, text: 'b>=2' },
        { line: 6, text: 'c' },
        { line: 7, text: 'd==1.*' },
        { line: 8, text: 'e @ https://x/e.whl' },
        { line: 10, text: 'g ; python_version == "3.12"' },
      ],
    });
    expect(requirementsFacts('')).toEqual({ hashed: false, unpinned: [] });
  });

  it('become constraints without digests', () => {
    expect(
      constraintsOf('a==1 \\\n    --hash=sha256:00\nb==2 ; python_version < "3.12" \\\n  --hash=sha256:11\n'),
    ).toBe('a==1\nb==2 ; python_version < "3.12"\n');
  });
});
