import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../src/config/load.ts';
import { podTemplate, templateHash } from '../../../src/kubernetes/objects/deployment.ts';
import { fetchFailure, type PodWeights } from '../../../src/kubernetes/objects/weights.ts';
import { serverOf } from '../../../src/server/index.ts';
import { podNeeds } from '../../../src/server/server.ts';

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

function configOf(image = '', deploy = ''): ReturnType<typeof parseConfig> {
  return parseConfig(
    `version: 1\nname: fraud\nmodel: {path: model}\nimage: {repository: r.example/fraud${image}}\ndeploy: {namespace: ml${deploy}}\n`,
    'mldeploy.yaml',
    null,
  );
}

function weightsOf(mode: PodWeights['mode'], model = 'b'): PodWeights {
  const engineImage = mode === 'init' ? `r.example/engine@${digest('e')}` : null;
  return { mode, reference: `r.example/fraud@${digest(model)}`, path: '/models/fraud', bytes: 1024 ** 3, engineImage };
}

function factsOf(weights: PodWeights | null, config = configOf()) {
  const image = `r.example/fraud@${digest('a')}`;
  return {
    config,
    revision: 'r1',
    image,
    modelDigest: null,
    weights,
    replicas: 1,
    epoch: 1,
    ...podNeeds(serverOf(config), config),
  };
}

interface Spec {
  readonly initContainers?: readonly Readonly<Record<string, unknown>>[];
  readonly containers: readonly { readonly volumeMounts: readonly unknown[] }[];
  readonly volumes: readonly unknown[];
}

function specOf(weights: PodWeights | null, config = configOf()): Spec {
  return podTemplate(factsOf(weights, config)).spec as unknown as Spec;
}

describe('a pod whose model is not in the image', () => {
  it('has an init container of the engine, without root, that fetches it into a volume of limited size', () => {
    const { initContainers, containers, volumes } = specOf(weightsOf('init'));
    expect(initContainers).toEqual([
      {
        name: 'fetch-model',
        image: `r.example/engine@${digest('e')}`,
        imagePullPolicy: 'IfNotPresent',
        args: ['fetch', `r.example/fraud@${digest('b')}`, '--to', '/fetched/model'],
        env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=64' }],
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        volumeMounts: [
          { name: 'model', mountPath: '/fetched' },
          { name: 'tmp', mountPath: '/tmp' },
        ],
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
    ]);
    expect(volumes).toEqual([
      { name: 'tmp', emptyDir: {} },
      { name: 'model', emptyDir: { sizeLimit: '1140Mi' } },
    ]);
    expect(containers[0]?.volumeMounts).toEqual([
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'model', mountPath: '/models/fraud', subPath: 'model', readOnly: true },
    ]);
  });

  it('gives the init container the pull secrets as files, and plain HTTP only when that is configured', () => {
    const config = configOf(', insecure: true', ', imagePullSecrets: [one, two]');
    const { initContainers, volumes } = specOf(weightsOf('init'), config);
    expect(initContainers?.[0]).toMatchObject({
      args: expect.arrayContaining(['--insecure']) as string[],
      env: expect.arrayContaining([{ name: 'MLDEPLOY_REGISTRY_SECRETS', value: '/registry' }]) as object[],
      volumeMounts: expect.arrayContaining([{ name: 'registry', mountPath: '/registry', readOnly: true }]) as object[],
    });
    const secret = (name: string, index: number): object => ({
      secret: { name, optional: true, items: [{ key: '.dockerconfigjson', path: `${index}/config.json` }] },
    });
    expect(volumes).toContainEqual({
      name: 'registry',
      projected: { sources: [secret('one', 0), secret('two', 1)] },
    });
  });

  it('or mounts the folder of the image, read-only', () => {
    const { initContainers, containers, volumes } = specOf(weightsOf('volume'));
    expect(initContainers).toBeUndefined();
    const reference = `r.example/fraud@${digest('b')}`;
    expect(volumes).toContainEqual({ name: 'model', image: { reference, pullPolicy: 'IfNotPresent' } });
    expect(containers[0]?.volumeMounts).toContainEqual({
      name: 'model',
      mountPath: '/models/fraud',
      subPath: 'models/fraud',
      readOnly: true,
    });
  });

  it('is another revision with another model, and the same as ever with the model in the image', () => {
    expect(templateHash(factsOf(weightsOf('init', 'b')))).not.toBe(templateHash(factsOf(weightsOf('init', 'c'))));
    expect(templateHash(factsOf(weightsOf('volume', 'b')))).not.toBe(templateHash(factsOf(weightsOf('volume', 'c'))));
    const without = Object.fromEntries(Object.entries(factsOf(null)).filter(([key]) => key !== 'weights'));
    expect(templateHash(factsOf(null))).toBe(templateHash(without as ReturnType<typeof factsOf>));
    expect(JSON.stringify(specOf(null))).not.toMatch(/initContainers|"model"/);
  });
});

it('the error of the init container is told without what it said before', () => {
  const log = 'fetch the model\nError: the disk is full\n  Free room.\n  (fetch/no-room; docs/errors.md)\n';
  expect(fetchFailure(log)).toBe('the disk is full Free room. (fetch/no-room; docs/errors.md)');
  expect(fetchFailure('killed')).toBe('killed');
  expect(fetchFailure()).toBe('');
});
