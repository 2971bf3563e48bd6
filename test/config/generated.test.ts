import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { generatedFiles } from '../../scripts/generate/files.ts';
import { parseConfig } from '../../src/config/load.ts';
import { serverKeys } from '../../src/config/server-rules.ts';

interface SchemaNode {
  readonly $ref?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

const schema = JSON.parse(await readFile('schema/mldeploy.schema.json', 'utf8')) as SchemaNode;
const sections = ['model', 'server', 'image', 'smoke', 'resources', 'deploy', 'rollout'];

describe('what is generated', () => {
  it('is what `npm run generate` would write now', async () => {
    for (const [path, content] of await generatedFiles()) {
      expect(await readFile(path, 'utf8'), `${path} is stale: npm run generate`).toBe(content);
    }
  }, 120_000);
});

describe('the schema', () => {
  const base: Record<string, unknown> = {
    version: 1,
    name: 'fraud',
    model: { path: 'm' },
    image: { repository: 'ghcr.io/acme/fraud' },
  };
  const load = (file: object): unknown => parseConfig(stringify(file), 'mldeploy.yaml', null);

  it('documents the defaults that hold', () => {
    const written: Record<string, unknown> = { ...base };
    for (const section of sections) {
      const defaults = Object.entries(schema.$defs?.[section]?.properties ?? {}).flatMap(([key, node]) =>
        node.default === undefined ? [] : [[key, node.default]],
      );
      written[section] = { ...(written[section] as object | undefined), ...(Object.fromEntries(defaults) as object) };
    }
    expect(load(written)).toEqual(load(base));
  });

  it('describes every key, with examples that are valid', () => {
    for (const section of sections) {
      for (const [key, node] of Object.entries(schema.$defs?.[section]?.properties ?? {})) {
        expect(node.description, `${section}.${key} has no description`).toMatch(/\.$/);
        for (const example of node.examples ?? []) {
          const gpu = ['device', 'providers', 'maxGpuMemory'].includes(key) ? { resources: { gpu: { count: 1 } } } : {};
          const process = key === 'url' ? { runtime: 'process' } : {};
          const route = key === 'header' ? { istio: {} } : {};
          const strategy = key === 'blueGreen' ? { strategy: 'blueGreen' } : {};
          const previous = key === 'maxGrowth' ? { previous: 'validate.json' } : {};
          const user = Object.entries(serverKeys).find(([, keys]) => section === 'server' && keys.includes(key));
          const server = user === undefined ? {} : { type: user[0] };
          const protocol = key === 'request' ? { protocol: 'http' } : {};
          const extra = { ...protocol, ...process, ...route, ...strategy, ...previous, ...server };
          const streams = key === 'maxFirstToken' ? { server: { type: 'vllm' } } : {};
          const own = { ...(base[section] as object | undefined), ...extra, [key]: example };
          expect(
            () => load({ ...base, ...gpu, ...streams, [section]: own }),
            `example of ${section}.${key}`,
          ).not.toThrow();
        }
      }
    }
  });
});
