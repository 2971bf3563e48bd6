import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { ensureCluster, type Cluster, type TestNamespace } from '../cluster/cluster.ts';
import { repositoryRoot } from '../cluster/state.ts';

// Every manifest that we hand out, as the API server sees it: nothing is created.

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template: { readonly spec: { readonly containers: readonly Container[] } } };
}

interface Container {
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

let cluster: Cluster;
let space: TestNamespace;
const scratch = mkdtempSync(join(tmpdir(), 'ml-deploy-manifests-'));

beforeAll(async () => {
  cluster = await ensureCluster({ components: ['tekton', 'argocd'] });
  space = await cluster.namespace('manifests');
});

afterAll(async () => {
  rmSync(scratch, { recursive: true, force: true });
  await space[Symbol.asyncDispose]();
});

const objectsIn = (yaml: string): Manifest[] =>
  parseAllDocuments(yaml).map((document) => document.toJS() as unknown as Manifest);

const names = (manifests: readonly Manifest[]): string[] =>
  manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort();

/** Names of the objects that the API server would create. */
async function accepted(yaml: string, namespace: readonly string[] = ['-n', space.name]): Promise<string> {
  return cluster.kubectl(['create', '--dry-run=server', '-o', 'name', ...namespace, '-f', '-'], { input: yaml });
}

const argocd = join(repositoryRoot, 'argocd');

describe('argocd/ as a base of kustomize', () => {
  it('renders every object of its files, and the API server takes them', async () => {
    const rendered = await cluster.kubectl(['kustomize', argocd]);
    const files = readdirSync(argocd).filter((file) => !['kustomization.yaml', 'application.yaml'].includes(file));
    const written = files.flatMap((file) => objectsIn(readFileSync(join(argocd, file), 'utf8')));
    expect(names(objectsIn(rendered))).toEqual(names(written));
    expect((await accepted(rendered)).trim().split('\n')).toHaveLength(written.length);
  });

  it('takes image and configuration as docs/argocd.md says', async () => {
    const page = readFileSync(join(repositoryRoot, 'docs/argocd.md'), 'utf8');
    const example = /```yaml\n# kustomization.yaml\n([^]*?)```/.exec(page)?.[1];
    if (example === undefined) throw new Error('docs/argocd.md shows no kustomization.yaml');
    const base = /https:\S*\/argocd\?ref=\S+/.exec(example)?.[0] ?? 'none';
    writeFileSync(join(scratch, 'kustomization.yaml'), example.replace(base, relative(scratch, argocd)));
    writeFileSync(join(scratch, 'mldeploy.yaml'), 'version: 1\nname: fraud\n');
    const rendered = await cluster.kubectl(['kustomize', scratch]);
    const objects = objectsIn(rendered);
    const image = /newName: (\S+)/.exec(example)?.[1] ?? 'none';
    const jobs = objects.filter(({ kind }) => kind === 'Job');
    const containers = jobs.flatMap(({ spec }) => spec?.template.spec.containers ?? []);
    expect(containers.map((container) => container.image)).toEqual([
      expect.stringMatching(`^${image}@sha256:`),
      expect.stringMatching(`^${image}@sha256:`),
    ]);
    const watchdogs = containers.flatMap(
      ({ env }) => env?.filter(({ name }) => name === 'MLDEPLOY_ENGINE_IMAGE') ?? [],
    );
    expect(watchdogs.map(({ value }) => value)).toEqual([containers[0]?.image]);
    const config = objects.find(({ kind }) => kind === 'ConfigMap');
    expect(config?.data).toMatchObject({ 'mldeploy.yaml': 'version: 1\nname: fraud\n' });
    expect(config?.metadata.annotations).toHaveProperty(['argocd.argoproj.io/sync-wave'], '-2');
    await accepted(rendered);
  });
});

const tekton = readdirSync(join(repositoryRoot, 'tekton'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => `tekton/${file}`);

describe('the API server takes', () => {
  it.each(tekton)('%s', async (file) => {
    const text = readFileSync(join(repositoryRoot, file), 'utf8');
    expect((await accepted(text)).trim().split('\n')).toHaveLength(objectsIn(text).length);
  });

  it('argocd/application.yaml', async () => {
    const text = readFileSync(join(argocd, 'application.yaml'), 'utf8');
    expect(await accepted(text, [])).toContain('application.argoproj.io/fraud');
  });
});
