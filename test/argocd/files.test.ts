import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadedCommands } from '../../src/cli/commands/index.ts';
import { version } from '../../src/version.ts';
import { repositoryRoot } from '../cluster/state.ts';

const commands = await loadedCommands();
interface KubeFile {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly rules?: unknown;
  readonly spec: {
    readonly backoffLimit?: number;
    readonly activeDeadlineSeconds?: number;
    readonly template: {
      readonly spec: {
        readonly restartPolicy: string;
        readonly securityContext: object;
        readonly containers: readonly {
          readonly image: string;
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
          readonly securityContext: object;
        }[];
      };
    };
  };
}

const read = (file: string): KubeFile[] =>
  parseAllDocuments(readFileSync(join(repositoryRoot, file), 'utf8')).map((document) => document.toJS() as KubeFile);

function only(file: string): KubeFile {
  const [object, ...more] = read(file);
  if (object === undefined || more.length > 0) throw new Error(`${file} holds one object`);
  return object;
}

describe.each([
  ['Sync', only('argocd/rollout.yaml')],
  ['SyncFail', only('argocd/restore.yaml')],
])('the %s hook', (hook, job) => {
  const { spec: pod } = job.spec.template;
  const [container] = pod.containers;

  it('is a Job that ends: Argo CD has no limit of its own', () => {
    expect(job.kind).toBe('Job');
    expect(job.spec.activeDeadlineSeconds).toBeGreaterThan(0);
    expect(job.spec.backoffLimit).toBeDefined();
    expect(pod.restartPolicy).toBe('Never');
  });

  it('is replaced by the next sync and not removed before somebody has read its log', () => {
    expect(job.metadata.annotations).toEqual({
      'argocd.argoproj.io/hook': hook,
      'argocd.argoproj.io/hook-delete-policy': 'BeforeHookCreation',
    });
  });

  it('runs without root, without capabilities, on a read-only root', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('runs a command that exists, with options that it has', () => {
    const [name, ...args] = container?.args ?? [];
    const command = commands.find((one) => one.name === name);
    const options = command?.options.flatMap(({ flags }) => /--([a-z-]+)/.exec(flags)?.[1] ?? []);
    expect(options).toEqual(expect.arrayContaining(args.map((arg) => /^--([a-z-]+)/.exec(arg)?.[1])));
  });

  it('is the released engine, and lets the same image watch', () => {
    expect(container?.image).toBe(`ghcr.io/ml-deploy/ml-deploy:${version}`);
    const watches = container?.env.find((one) => one.name === 'MLDEPLOY_ENGINE_IMAGE')?.value;
    if (hook === 'Sync') expect(watches).toBe(container?.image);
  });
});
