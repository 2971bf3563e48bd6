import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../cluster/state.ts';

export interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
}

export interface Job {
  readonly 'runs-on': string | readonly string[];
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly on: string | Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** A workflow as a page of the documentation shows it. */
export interface DocumentedWorkflow {
  /** `docs/github.md, 1` */
  readonly title: string;
  readonly page: string;
  readonly text: string;
  readonly workflow: Workflow;
}

/** Every whole workflow in the documentation. */
export function documentedWorkflows(): readonly DocumentedWorkflow[] {
  const pages = readdirSync(join(repositoryRoot, 'docs')).filter((name) => name.endsWith('.md'));
  return pages.flatMap((name) => {
    const page = `docs/${name}`;
    const blocks = [...readFileSync(join(repositoryRoot, page), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)];
    return blocks
      .map(([, text = '']) => text)
      .filter((text) => /^on:/m.test(text) && /^jobs:/m.test(text))
      .map((text, index) => ({ title: `${page}, ${index + 1}`, page, text, workflow: parse(text) as Workflow }));
  });
}
