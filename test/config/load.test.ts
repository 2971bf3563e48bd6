import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig, parseConfig } from '../../src/config/load.ts';
import { MlDeployError } from '../../src/errors.ts';

const minimal = `version: 1
name: fraud
model: {path: model/}
image: {repository: ghcr.io/acme/fraud}
`;

/** The lines of the error that the text causes, without the heading. */
function problemsOf(text: string, environment: string | null = null): string[] {
  try {
    parseConfig(text, 'mldeploy.yaml', environment);
  } catch (error) {
    if (!(error instanceof MlDeployError)) throw error;
    return error.message.split('\n').filter((line) => !/ has \d+ problems:$/.test(line));
  }
  return [];
}

describe('a file that is right', () => {
  it('gets its defaults', () => {
    const config = parseConfig(minimal, 'mldeploy.yaml', null);
    expect(config.rollout.steps.map((step) => step.weight)).toEqual([0.1, 0.5]);
    expect(config.rollout.slo).toEqual({ errors: 0.01, latency: null });
    expect(config.rollout.leaseMs).toBe(60_000);
    expect(config.deploy.replicas).toBe(2);
    expect(config.smoke.device).toBe('cpu');
    expect(config.environment).toBeNull();
  });

  it('has its units parsed', () => {
    const config = parseConfig(
      `${minimal}server: {maxBody: 2Mi}
smoke: {readyTimeout: 1m30s, maxP95: 250ms, device: {require: gpu}}
resources: {cpu: 500m, memory: 2Gi, gpu: {memory: 16Gi}}
deploy: {autoscaling: {max: 9, cpu: 70%}, env: {WORKERS: 3, DEBUG: true}}
rollout:
  tick: 5s
  alpha: 1%
  beta: 0.1
  minTime: 2m
  steps: [0.5%, {weight: 25%, minRequests: 5, approval: true}]
  slo: {errors: 0.3%, latency: {under: 0.25s, share: 99.9%}}
  watchdog: off
`,
      'mldeploy.yaml',
      null,
    );
    expect(config.server.maxBodyBytes).toBe(2 * 1024 * 1024);
    expect(config.smoke).toMatchObject({ readyTimeoutMs: 90_000, maxP95Ms: 250, device: 'require-gpu' });
    expect(config.resources).toEqual({ cpu: '500m', memory: '2Gi', gpu: { count: 1, memory: '16Gi' } });
    expect(config.deploy.autoscaling).toEqual({ min: 2, max: 9, cpu: 70 });
    expect(config.deploy.env).toEqual({ WORKERS: '3', DEBUG: 'true' });
    expect(config.rollout).toMatchObject({ alpha: 0.01, beta: 0.1, leaseMs: 20_000 });
    expect(config.rollout.steps).toEqual([
      { weight: 0.005, minTimeMs: 120_000, minRequests: 100, approval: false },
      { weight: 0.25, minTimeMs: 120_000, minRequests: 5, approval: true },
    ]);
    expect(config.rollout.slo).toEqual({ errors: 0.003, latency: { underMs: 250, share: 0.999 } });
    expect(config.rollout.watchdog).toEqual({ enabled: false, image: null });
  });

  it('reads the dynamic dimension of a shape', () => {
    const text = minimal.replace(
      '{path: model/}',
      '{path: model/, inputs: [{name: inputs, dtype: float64, shape: [-1, 30]}]}',
    );
    expect(parseConfig(text, 'f', null).model.inputs?.[0]?.shape).toEqual([null, 30]);
  });
});

describe('notify', () => {
  it('names variables, each entry for one receiver', () => {
    const { notify } = parseConfig(
      `${minimal}notify:
  - slack: {url: SLACK_URL}
    on: [failed]
  - webhook: {url: HOOK_URL, secret: HOOK_KEY}
`,
      'mldeploy.yaml',
      null,
    );
    const all = ['started', 'held', 'promoted', 'rolled-back', 'failed'];
    expect(notify).toEqual([
      { kind: 'slack', urlVariable: 'SLACK_URL', secretVariable: null, on: ['failed'] },
      { kind: 'webhook', urlVariable: 'HOOK_URL', secretVariable: 'HOOK_KEY', on: all },
    ]);
  });

  it('refuses an entry for two receivers or none', () => {
    expect(problemsOf(`${minimal}notify: [{on: [failed]}]\n`)).toEqual([
      'mldeploy.yaml:5:10  notify[0]  found neither `slack` nor `webhook`  expected one of them in each entry of the list',
    ]);
    const both = 'notify: [{slack: {url: A}, webhook: {url: A}}]';
    expect(problemsOf(`${minimal}${both}\n`).join()).toContain('found both `slack` and `webhook`');
  });

  it('does not repeat a secret that was written there by mistake', () => {
    const [line, ...others] = problemsOf(`${minimal}notify: [{slack: {url: "https://hooks.test/s3cret"}}]\n`);
    expect(others).toEqual([]);
    expect(line).toMatch(/notify\[0\]\.slack\.url.*environment variable/);
    expect(line).not.toContain('s3cret');
  });
});

describe('environments', () => {
  const text = `${minimal}smoke: {device: {prefer: gpu}}
deploy: {namespace: ml, replicas: 4, env: {A: 1, B: 2}, secrets: [one, two]}
resources: {gpu: {count: 2}}
environments:
  production:
    deploy: {namespace: ml-prod, env: {B: 3}, secrets: [three]}
    smoke: {device: {require: gpu}}
  staging:
    resources: {gpu: null}
    name: fraud-staging
  empty:
`;
  const load = (environment: string | null): Config => parseConfig(text, 'mldeploy.yaml', environment);

  it('merge maps and replace lists', () => {
    const { deploy, environment } = load('production');
    expect(deploy).toMatchObject({ namespace: 'ml-prod', replicas: 4, env: { A: '1', B: '3' }, secrets: ['three'] });
    expect(environment).toBe('production');
  });

  it('replace maps whose keys exclude each other', () => {
    expect(load('production').smoke.device).toBe('require-gpu');
  });

  it('take a value away with null', () => {
    expect(load('staging')).toMatchObject({ name: 'fraud-staging', resources: { gpu: null } });
  });

  it('may change nothing, and leave the base alone', () => {
    expect(load('empty')).toEqual({ ...load(null), environment: 'empty' });
  });

  it('are named when an unknown one is asked for', () => {
    expect(problemsOf(text, 'prodution')).toEqual([
      'mldeploy.yaml has no environment `prodution`; did you mean `production`?  known: production, staging, empty',
    ]);
    expect(problemsOf(minimal, 'x')[0]).toContain('known: none');
  });

  it('are checked even when they are not chosen', () => {
    expect(problemsOf(`${minimal}environments: {prod: {deploy: {replicas: two}}}`)).toEqual([
      'mldeploy.yaml:5:42  environments.prod.deploy.replicas  found `two`  expected a whole number from 1 to 10000',
    ]);
  });

  it('give the place in the overlay when only the merged whole is wrong', () => {
    const merged = `${minimal}rollout: {steps: [10%, 50%]}
environments:
  prod:
    rollout:
      tick: 1m
      lease: 1m
`;
    expect(problemsOf(merged)).toEqual([]);
    expect(problemsOf(merged, 'prod')).toEqual([
      'mldeploy.yaml:10:14  rollout.lease  found 60s with a tick of 60s  expected at least two ticks: the lease is renewed by completed ticks only',
    ]);
  });
});

describe('a file that is wrong', () => {
  it('is told all its problems at once, the most telling first', () => {
    const lines = problemsOf(`version: 1
name: Fraud
model: {pth: model/}
image: {repository: ghcr.io/acme/fraud}
replicas: 3
rollout:
  stepz: [10%]
  tick: 15
nonsense: 1
`);
    expect(lines).toEqual([
      'mldeploy.yaml:3:9  model.pth  unknown key; did you mean `path`?  allowed: path, maxSize, maxGrowth, formats, previous, acknowledgeBreaking, requireSignature, waivers, allow, inputs, outputs',
      'mldeploy.yaml:5:1  replicas  unknown key; `replicas` belongs under `deploy`  allowed: version, name, model, server, image, optimize, smoke, resources, deploy, rollout, notify, environments',
      expect.stringMatching(
        /^mldeploy\.yaml:7:3 {2}rollout\.stepz {2}unknown key; did you mean `steps`\? {2}allowed: /,
      ),
      'mldeploy.yaml:2:7  name  found `Fraud`  expected a name of small letters, digits and `-` that starts with a letter, at most 40 characters',
      'mldeploy.yaml:8:9  rollout.tick  found the number `15`  expected a duration such as `250ms`, `15s`, `10m`, `1h30m` or `1d`',
      expect.stringMatching(/^mldeploy\.yaml:9:1 {2}nonsense {2}unknown key {2}allowed: /),
    ]);
  });

  it.each([
    ['a missing key', minimal.replace('name: fraud\n', ''), '1:1  name  the key is missing  expected a name of small'],
    ['an empty section', `${minimal}smoke:\n`, '5:1  smoke  found nothing  expected a map'],
    [
      'a fraction for a share',
      `${minimal}rollout: {slo: {errors: 0.01}}`,
      '5:25  rollout.slo.errors  found the number `0.01`  expected a percentage',
    ],
    [
      'a wrong device',
      `${minimal}smoke: {device: gpu}`,
      '5:17  smoke.device  found `gpu`  expected `cpu`, `{prefer: gpu}` or `{require: gpu}`',
    ],
    [
      'two devices',
      `${minimal}smoke: {device: {require: gpu, prefer: gpu}}`,
      '5:17  smoke.device  found a map with `require`, `prefer`  expected `cpu`',
    ],
    [
      'a tag',
      minimal.replace('acme/fraud', 'acme/fraud:v1'),
      'image.repository  found `ghcr.io/acme/fraud:v1`  expected a repository such as',
    ],
    ['a duplicate key', `${minimal}name: other\n`, '5:1  name  the key was already given at line 2'],
    [
      'an alias of nothing',
      `${minimal}deploy: {env: &a {x: 1}, annotations: *b}`,
      'deploy.annotations  `*b` names no anchor before it',
    ],
    ['an anchor in itself', `${minimal}deploy: {env: &a {x: *a}}`, 'deploy.env.x.x  `*a` contains itself'],
    [
      'anchors that multiply',
      `${minimal}x0: &x0 [1,1,1,1,1,1,1,1,1,1]\n${[1, 2, 3, 4, 5]
        .map(
          (n) =>
            `x${n}: &x${n} [${Array(10)
              .fill(`*x${n - 1}`)
              .join(',')}]`,
        )
        .join('\n')}`,
      'more than 100000 values',
    ],
    [
      'a bad enum',
      `${minimal}server: {type: fastpi}`,
      '5:16  server.type  found `fastpi`; did you mean `fastapi`?  allowed: fastapi',
    ],
    [
      'a bad environment variable',
      `${minimal}deploy: {env: {"A B": 1}}`,
      '5:16  deploy.env.A B  `A B` is not a name for this',
    ],
    ['a text where a size is due', `${minimal}model2: 1`, 'model2  unknown key; did you mean `model`?'],
    ['no YAML', 'version: [1', 'mldeploy.yaml:'],
    ['an empty file', '', 'found no keys'],
    ['a list', '- 1', 'found no keys'],
    [
      'a wrong version',
      minimal.replace('version: 1', 'version: 2'),
      '1:10  version  found the number `2`  expected the number 1',
    ],
    [
      'shares that shrink',
      `${minimal}rollout: {steps: [50%, 10%]}`,
      '5:24  rollout.steps[1]  found 10% after 50%  expected shares that grow',
    ],
    ['all traffic as a step', `${minimal}rollout: {steps: [100%]}`, 'rollout.steps[0]  found 100%'],
    ['no steps', `${minimal}rollout: {steps: []}`, 'rollout.steps  found an empty list'],
    [
      'a gateway without a name',
      `${minimal}rollout: {gateway: {namespace: x}}`,
      'rollout.gateway.name  the key is missing',
    ],
    [
      'metrics of a gateway from the pods',
      `${minimal}rollout: {gateway: {name: public}, metrics: {gateway: {preset: traefik}}}`,
      'rollout.metrics.gateway  the source is `pods`',
    ],
    [
      'metrics of a gateway that divides nothing',
      `${minimal}rollout: {metrics: {source: {prometheus: {url: "http://p"}}, gateway: {preset: traefik}}}`,
      'rollout.metrics.gateway  the provider is `replicas`: one Service gets all requests, and no gateway tells the revisions apart',
    ],
    [
      'metrics of another gateway than the provider’s',
      `${minimal}rollout: {istio: {}, metrics: {source: {prometheus: {url: "http://p"}}, gateway: {preset: traefik}}}`,
      'rollout.metrics.gateway.preset  found `traefik` with the provider `istio`  expected `istio`',
    ],
    [
      'metrics of a gateway that is not known',
      `${minimal}rollout: {gateway: {name: public}, metrics: {gateway: {preset: nginx}}}`,
      'rollout.metrics.gateway.preset  found `nginx`  allowed: traefik, istio, envoy',
    ],
    [
      'metrics of a gateway without its name',
      `${minimal}rollout: {gateway: {name: public}, metrics: {gateway: {errors: 1%}}}`,
      'rollout.metrics.gateway.preset',
    ],
    [
      'a limit of the gateway’s latency that is missing',
      `${minimal}rollout: {istio: {}, metrics: {source: {prometheus: {url: "http://p"}}, gateway: {preset: istio, latency: {share: 99%}}}}`,
      'rollout.metrics.gateway.latency.under  the limit is missing or zero',
    ],
    [
      'a share of failed requests at the gateway that nothing proves',
      `${minimal}rollout: {istio: {}, metrics: {source: {prometheus: {url: "http://p"}}, gateway: {preset: istio, errors: 0%}}}`,
      'rollout.metrics.gateway.errors  found no share between',
    ],
    [
      'a metric of one’s own with the name of the gateway’s',
      `${minimal}rollout: {metrics: {source: {prometheus: {url: "http://p"}}, custom: [{name: gateway-errors, total: "x{ {{pods}} }", bad: "y{ {{pods}} }", slo: 1%}]}}`,
      'rollout.metrics.custom[0].name  `gateway-errors` is there already',
    ],
    [
      'a provider without its gateway',
      `${minimal}rollout: {provider: gateway}`,
      'rollout.provider  found `gateway`, but `rollout.gateway` is not set',
    ],
    [
      'two routes at once',
      `${minimal}rollout: {gateway: {name: x}, istio: {}}`,
      'rollout.istio  found beside `rollout.gateway`',
    ],
    [
      'a route to adopt and one of our own',
      `${minimal}rollout: {gateway: {name: x, adopt: {route: shop}}}`,
      'rollout.gateway.adopt  found beside `name` or `hostnames`',
    ],
    [
      'a VirtualService to adopt and one of our own',
      `${minimal}rollout: {istio: {hosts: [a.b], adopt: {virtualService: shop}}}`,
      'rollout.istio.adopt  found beside `hosts` or `gateways`',
    ],
    [
      'a provider without its VirtualService',
      `${minimal}rollout: {provider: istio}`,
      'rollout.provider  found `istio`, but `rollout.istio` is not set',
    ],
    [
      'a provider beside another one’s route',
      `${minimal}rollout: {provider: replicas, istio: {}}`,
      'rollout.provider  found `replicas`, but `rollout.istio` is set',
    ],
    [
      'testers without a route',
      `${minimal}rollout: {header: {name: x-a, value: b}}`,
      'rollout.header  the provider `replicas` cannot route by header',
    ],
    ['an SLO of zero', `${minimal}rollout: {slo: {errors: 0%}}`, 'rollout.slo.errors  found 0%'],
    [
      'a latency SLO without a limit',
      `${minimal}rollout: {slo: {latency: {share: 99%}}}`,
      'rollout.slo.latency.under  the limit is missing',
    ],
    [
      'autoscaling without an end',
      `${minimal}deploy: {autoscaling: {min: 3}}`,
      'deploy.autoscaling.max  the key is missing',
    ],
    [
      'autoscaling the wrong way',
      `${minimal}deploy: {autoscaling: {min: 3, max: 2}}`,
      'found 2  expected at least the smallest number of pods, 3',
    ],
    [
      'a variable of ours',
      `${minimal}deploy: {env: {MLDEPLOY_MODEL: x}}`,
      'deploy.env.MLDEPLOY_MODEL  names that begin with MLDEPLOY_',
    ],
    [
      'a process without an address',
      `${minimal}smoke: {runtime: process}`,
      'smoke.runtime  found `process`, but `smoke.url` is not set',
    ],
    [
      'an address with credentials',
      `${minimal}smoke: {runtime: process, url: "http://bob:pw@127.0.0.1"}`,
      'smoke.url  found `http://***@127.0.0.1`',
    ],
    [
      'an address that nobody asks',
      `${minimal}smoke: {runtime: docker, url: "http://127.0.0.1:8000"}`,
      'smoke.url  `url` is only used by the runtime `process`, found `docker`',
    ],
    [
      'a GPU that pods will not have',
      `${minimal}smoke: {device: {require: gpu}}`,
      'smoke.device  a GPU is required for the test',
    ],
    [
      'a proof on a GPU that pods will not have',
      `${minimal}rollout: {smokedOn: sameGpu}`,
      'rollout.smokedOn  asks for a smoke test on a GPU, but `resources.gpu` is not set',
    ],
    [
      'a proof on a GPU by a test on the CPU',
      `${minimal}resources: {gpu: {count: 1}}\nsmoke: {device: cpu}\nrollout: {smokedOn: gpu}`,
      'rollout.smokedOn  asks for a smoke test on a GPU, but `smoke.device` is `cpu`',
    ],
    ['a resource that is no GPU', `${minimal}resources: {gpu: {resource: amd.com/gpu}}`, 'resources.gpu.resource'],
    [
      'a limit for a GPU that pods will not have',
      `${minimal}smoke: {maxGpuMemory: 4Gi}`,
      'smoke.maxGpuMemory  limits the memory of a GPU, but `resources.gpu` is not set',
    ],
    [
      'a limit for streams that the server does not give',
      `${minimal}smoke: {maxFirstToken: 1s}`,
      'smoke.maxFirstToken  limits streamed answers, which the server `fastapi` does not give',
    ],
    [
      'a step longer than its deadline',
      `${minimal}rollout: {stepDeadline: 1m}`,
      'rollout.steps[0]  minTime 60s reaches the stepDeadline 60s',
    ],
    [
      'a day that does not exist',
      minimal.replace('path: model/', 'path: m, allow: [{global: a.b, reason: r, owner: o, expires: 2027-02-30}]'),
      'model.allow[0].expires  found `2027-02-30`',
    ],
  ])('%s', (_name, text, expected) => {
    const lines = problemsOf(text);
    expect(lines.join('\n')).toContain(expected);
    expect(lines[0]).toMatch(/^mldeploy\.yaml:\d+:\d+ {2}/);
  });
});

describe('a file that is not there', () => {
  it('says how to write one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'config-'));
    await expect(loadConfig(join(folder, 'mldeploy.yaml'), null, 'mldeploy.yaml')).rejects.toMatchObject({
      code: 'config/not-found',
      message: 'there is no mldeploy.yaml',
      hint: expect.stringContaining('ml-deploy init') as unknown,
    });
    await expect(loadConfig(folder, null)).rejects.toMatchObject({ code: 'config/unreadable' });
    await writeFile(join(folder, 'mldeploy.yaml'), minimal);
    await expect(loadConfig(join(folder, 'mldeploy.yaml'), null)).resolves.toMatchObject({ name: 'fraud' });
  });
});
