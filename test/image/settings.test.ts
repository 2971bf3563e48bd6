import { expect, it } from 'vitest';

import { imageSettings } from '../../src/image/settings.ts';
import type { ImagePlan } from '../../src/server/image-plan.ts';

const plan: ImagePlan = {
  platform: 'linux/amd64',
  recipe: { kind: 'base', base: 'python:3.12-slim', packages: null },
  trees: [],
  runtime: {
    environment: { PATH: '/venv/bin:/bin', B: '2', A: '1' },
    workingDirectory: '/app',
    user: '10001:10001',
    ports: [8000],
    entrypoint: ['python'],
    command: [],
    healthcheck: { command: ['true'], intervalSeconds: 10, timeoutSeconds: 3, startPeriodSeconds: 60 },
  },
  labels: { z: '1', a: '2' },
  weights: { path: '/model', files: [] },
};

it("puts the plan's settings on top of the base's, in a fixed order", () => {
  const settings = imageSettings(plan, { Env: ['PATH=/bin', 'LANG=C'], Labels: { m: '3' } });
  expect(JSON.parse(JSON.stringify(settings))).toEqual({
    Labels: { a: '2', m: '3', z: '1' },
    Env: ['PATH=/venv/bin:/bin', 'LANG=C', 'A=1', 'B=2'],
    WorkingDir: '/app',
    User: '10001:10001',
    ExposedPorts: { '8000/tcp': {} },
    Entrypoint: ['python'],
    Healthcheck: { Test: ['CMD', 'true'], Interval: 1e10, Timeout: 3e9, StartPeriod: 6e10 },
  });
  // The arguments of the base belong to the base's program.
  expect('Cmd' in settings && settings['Cmd'] === undefined).toBe(true);
  expect(Object.keys(settings['Labels'] as object)).toEqual(['a', 'm', 'z']);
});

it('leaves an image of the user as it is, but for the labels', () => {
  expect(imageSettings({ ...plan, runtime: null }, { User: 'app' })).toEqual({ Labels: { a: '2', z: '1' } });
});
