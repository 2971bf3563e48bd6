import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { repositoryRoot } from './cluster/state.ts';

// What the workflow linter also asks for, so that it is noticed here and not on GitHub.

const folder = join(repositoryRoot, '.github/workflows');

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'timeout-minutes'?: number;
        readonly steps: readonly {
          readonly uses?: string;
          readonly run?: string;
          readonly with?: Readonly<Record<string, unknown>>;
        }[];
      }
    >
  >;
}

describe.each(readdirSync(folder))('workflow %s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  it('has read rights unless a job asks for more', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('pins every foreign action by commit and says which version that is', () => {
    const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, value]) => value ?? '');
    expect(uses).toHaveLength(steps.filter((step) => step.uses !== undefined).length);
    for (const use of uses) expect(use).toMatch(/^(\.\/( #.*)?|[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
  });

  it('leaves no token in the checkout', () => {
    for (const step of steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))) {
      expect(step.with).toMatchObject({ 'persist-credentials': false });
    }
  });

  it('expands nothing of GitHub’s into a script, and ends on its own', () => {
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
  });
});
