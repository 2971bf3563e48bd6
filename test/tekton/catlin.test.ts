import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadedCommands } from '../../src/cli/commands/index.ts';
import { version } from '../../src/version.ts';
import { repositoryRoot } from '../cluster/state.ts';

const commands = await loadedCommands();
// The rules of Tekton's catalogue linter, and those that we hold ourselves to.

interface Step {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly script?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
}

interface Task {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly description?: string;
    readonly params?: readonly { readonly name: string; readonly description?: string; readonly default?: unknown }[];
    readonly results?: readonly { readonly name: string; readonly description?: string }[];
    readonly workspaces?: readonly { readonly name: string; readonly description?: string }[];
    readonly steps: readonly Step[];
  };
}

const folder = join(repositoryRoot, 'tekton/task');
const tasks = readdirSync(folder).map((name) => [name, read(join(folder, name, `${name}.yaml`))] as const);

function read(file: string): Task {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'));
  expect(documents).toHaveLength(1);
  return documents[0]?.toJS() as Task;
}

/** The catalogue's closed list. */
const categories = new Set([
  'Automation',
  'Build Tools',
  'CLI',
  'Cloud',
  'Code Quality',
  'Continuous Integration',
  'Deployment',
  'Developer Tools',
  'Git',
  'Image Build',
  'Integration & Delivery',
  'Kubernetes',
  'Messaging',
  'Monitoring',
  'Networking',
  'Openshift',
  'Publishing',
  'Security',
  'Storage',
  'Testing',
]);

it('there are Tasks', () => {
  expect(tasks.map(([name]) => name)).toEqual(['ml-deploy', 'ml-deploy-rollback']);
});

describe.each(tasks)('Task %s', (name, task) => {
  const { metadata, spec } = task;
  const annotation = (key: string): string => metadata.annotations?.[key] ?? '';

  it('is a v1 Task named like its folder, with README, samples and a test', () => {
    expect(task).toMatchObject({ apiVersion: 'tekton.dev/v1', kind: 'Task', metadata: { name } });
    const files = readdirSync(join(folder, name), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(['README.md', 'samples/run.yaml', 'tests/run.yaml']));
  });

  it('has the labels and annotations that the catalogue demands and recommends', () => {
    expect(metadata.labels?.['app.kubernetes.io/version']).toBe(version);
    expect(annotation('tekton.dev/pipelines.minVersion')).toMatch(/^\d+\.\d+\.\d+$/);
    const listed = annotation('tekton.dev/categories').split(',');
    for (const category of listed) expect(categories).toContain(category.trim());
    expect(annotation('tekton.dev/tags')).not.toBe('');
    expect(annotation('tekton.dev/displayName')).not.toBe('');
    for (const platform of annotation('tekton.dev/platforms').split(',')) expect(platform.trim()).toMatch(/^\w+\/\w+$/);
  });

  it('describes itself and every part of its interface', () => {
    const parts = [...(spec.params ?? []), ...(spec.results ?? []), ...(spec.workspaces ?? [])];
    for (const text of [spec.description, ...parts.map(({ description }) => description)]) {
      expect(text ?? '').not.toBe('');
    }
    for (const result of spec.results ?? []) expect(result.description).toContain('trailing newline');
  });

  it('names images with registry and tag, never `latest`', () => {
    const images = spec.steps.map(({ image }) => resolved(image, spec.params ?? []));
    for (const image of images)
      expect(image).toMatch(/^[\w.-]+\.[\w.-]+\/[\w./-]+:(?!latest)[\w.-]+(@sha256:[0-9a-f]{64})?$/);
  });

  it('lets parameters into arguments and variables only, and takes no secret from a variable', () => {
    for (const step of spec.steps) {
      expect(step.script).toBeUndefined();
      expect(step.command?.join(' ')).not.toContain('$(');
      for (const { valueFrom } of step.env ?? []) expect(JSON.stringify(valueFrom ?? {})).not.toContain('secretKeyRef');
    }
  });

  it('names its command, since Tekton may not be able to look into the image', () => {
    for (const step of spec.steps) expect(step.command?.length).toBeGreaterThan(0);
  });

  it('runs without root and without capabilities', () => {
    for (const step of spec.steps) {
      expect(step.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 65532,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      });
    }
  });

  it('uses only options that its commands have', () => {
    const [first] = spec.steps;
    const args = first?.args ?? [];
    const names =
      args[0]?.startsWith('$(') === true
        ? ['deploy', 'validate', 'build', 'smoke', 'rollout', 'promote', 'resume']
        : [args[0]];
    const given = args.flatMap((arg) => /^--([a-z-]+)/.exec(arg)?.[1] ?? []);
    for (const name of names) {
      const command = commands.find((one) => one.name === name);
      const options = command?.options.flatMap(({ flags }) => /--([a-z-]+)/.exec(flags)?.[1] ?? []);
      expect(options).toEqual(expect.arrayContaining(given));
    }
  });
});

function resolved(image: string, params: NonNullable<Task['spec']['params']>): string {
  const name = /^\$\(params\.(\w+)\)$/.exec(image)?.[1];
  const found = params.find((param) => param.name === name)?.default;
  return name === undefined ? image : typeof found === 'string' ? found : '';
}
