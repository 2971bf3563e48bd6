import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRun } from '../../src/action/inputs.ts';
import { parseConfig } from '../../src/config/load.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { documentedWorkflows } from './documented-workflows.ts';

// What the documentation shows is what people copy: it has to work, and to be safe.

const all = documentedWorkflows();

it('there are some', () => {
  expect(all.map(({ page }) => page)).toEqual(
    expect.arrayContaining(['docs/github.md', 'docs/self-hosted-runners.md']),
  );
});

describe.each(all)('$title', ({ workflow }) => {
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  it('gives the token no more than it needs', () => {
    expect(workflow.permissions?.['contents']).toBe('read');
    for (const { uses, with: given } of steps) {
      if (uses?.startsWith('actions/checkout@') === true) expect(given).toMatchObject({ 'persist-credentials': false });
    }
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  it('gives our Action inputs that its command uses', async () => {
    for (const { uses, with: given = {} } of steps) {
      if (uses?.startsWith('org/ml-deploy@') !== true) continue;
      await readRun((name) => String(given[name] ?? (name === 'command' ? 'deploy' : '')));
    }
  });

  it('lets no stranger start anything on a runner of ours, and ends there by itself', () => {
    const triggers = typeof workflow.on === 'string' ? [workflow.on] : Object.keys(workflow.on);
    const own = jobs.filter((job) => job['runs-on'].includes('self-hosted'));
    if (own.length === 0) return;
    for (const trigger of triggers) expect(['push', 'workflow_dispatch', 'schedule']).toContain(trigger);
    for (const job of own) {
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      expect(Object.values(job.permissions ?? {})).not.toContain('write');
    }
  });
});

it('the configuration for a scale set is one', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/self-hosted-runners.md'), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n# mldeploy.yaml\n([\s\S]*?)^```/gm)];
  expect(blocks).toHaveLength(1);
  const rest =
    'version: 1\nname: fraud\nmodel: {path: model/}\nserver: {type: fastapi}\nimage: {repository: ghcr.io/acme/fraud}\n';
  const { smoke, deploy, resources } = parseConfig(`${rest}${blocks[0]?.[1] ?? ''}`, 'mldeploy.yaml', null);
  expect([smoke.runtime, smoke.device, resources.gpu?.count]).toEqual(['kubernetes', 'require-gpu', 1]);
  expect(deploy.tolerations).toHaveLength(1);
  const values = parse(/^```yaml\n(# values\.yaml[\s\S]*?)^```/m.exec(page)?.[1] ?? '') as { template: object };
  const [account] = /(?<=serviceaccount )\S+/.exec(page) ?? [];
  expect(values.template).toMatchObject({ spec: { serviceAccountName: account } });
  expect(readFileSync(join(repositoryRoot, 'tekton/rbac/smoke.yaml'), 'utf8')).toContain(`name: ${account}\n`);
});

it('every page uses the same version of an Action', () => {
  const docs = readdirSync(join(repositoryRoot, 'docs')).map((name) => join('docs', name));
  const pages = ['README.md', ...docs.filter((name) => name.endsWith('.md'))];
  const texts = pages.map((name) => readFileSync(join(repositoryRoot, name), 'utf8')).join('\n');
  const versions = new Map<string, Set<string>>();
  for (const [, action = '', version = ''] of texts.matchAll(/uses: ([\w./-]+)@(v\d+)/g)) {
    versions.set(action, (versions.get(action) ?? new Set()).add(version));
  }
  expect(versions.size).toBeGreaterThan(3);
  expect([...versions].filter(([, used]) => used.size > 1)).toEqual([]);
});

it('what is pasted into a shell on a runner opens no other shell, which would swallow the rest', () => {
  const page = readFileSync(join(repositoryRoot, 'docs/self-hosted-runners.md'), 'utf8');
  const blocks = [...page.matchAll(/^```bash\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
  expect(blocks.length).toBeGreaterThan(3);
  for (const block of blocks) {
    expect(block).not.toMatch(/sudo -i|^su |^exit$/m);
    // What reads from the terminal reads the rest of what was pasted, unless nothing follows.
    expect(block).not.toMatch(/^read [^\n]*\n./m);
    const { status, stderr } = spawnSync('bash', ['-n'], { input: block, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  }
});
