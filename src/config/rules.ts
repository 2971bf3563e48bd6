import type { Config, RolloutConfig } from './config.ts';
import { metricsRules } from './metrics.ts';
import { modelRules } from './model-rules.ts';
import { find, isWritten, pathText } from './located.ts';
import type { Located, Segment } from './located.ts';
import { serverRules } from './server-rules.ts';
import { smokeRules } from './smoke-rules.ts';
import type { Problem } from './problems.ts';

/** A rule between keys that the file breaks. */
export interface Violation {
  readonly where: readonly Segment[];
  readonly message: string;
  readonly expected: string;
}

/** What the schema cannot say: rules between keys. `root` gives the places; `environment` is what the chosen one lays over the file. */
export function checkRules(config: Config, root: Located, environment: Located | null): Problem[] {
  const violations = [
    ...(config.rollout.strategy === 'canary' ? stepRules(config) : []),
    ...strategyRules(config, root),
    ...sloRules(config),
    ...metricsRules(config.rollout),
    ...timeRules(config),
    ...providerRules(config),
    ...platformRules(config),
    ...deployRules(config),
    ...optimizeRules(config, root),
    ...smokeRules(config),
    ...modelRules(config),
    ...serverRules(config, root, environment),
    ...notifyRules(root),
  ];
  return violations.map(({ where, message, expected }) => ({
    rank: 'rule',
    at: find(root, where).node.at,
    path: pathText(where),
    message,
    expected: `expected ${expected}`,
  }));
}

function optimizeRules({ optimize: { bf16, float16, quantize, prune } }: Config, root: Located): Violation[] {
  const where = (key: string): Segment[] => ['optimize', key];
  const other = quantize !== null ? '`optimize.quantize`' : '`optimize.bf16`';
  return [
    ...(float16 && (bf16 || quantize !== null)
      ? [
          {
            where: where('float16'),
            message: `says another type of number than ${other}`,
            expected: 'one of them',
          },
        ]
      : []),
    ...(isWritten(root, where('tolerance')) && !float16 && quantize === null && prune === null
      ? [
          {
            where: where('tolerance'),
            message: 'is about changes that nothing makes',
            expected: '`optimize.quantize`, `optimize.float16` or `optimize.prune` beside it',
          },
        ]
      : []),
  ];
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(10))}%`;
}

function stepRules({ rollout: { steps } }: Config): Violation[] {
  const where = ['rollout', 'steps'];
  if (steps.length === 0) {
    return [
      {
        where,
        message: 'found an empty list',
        expected: 'at least one share, such as `[10%]`: without one there is no canary',
      },
    ];
  }
  return steps.flatMap(({ weight }, index): Violation[] => {
    const before = steps[index - 1]?.weight ?? 0;
    if (weight > before && weight < 1) return [];
    return [
      {
        where: [...where, index],
        message: `found ${percent(weight)}${index === 0 ? '' : ` after ${percent(before)}`}`,
        expected: `shares that grow from step to step, above 0% and below 100%`,
      },
    ];
  });
}

/** A key that its strategy does not use would only seem to do something. */
function strategyRules({ environment, rollout: { strategy, keepPrevious } }: Config, root: Located): Violation[] {
  const violations: Violation[] = [];
  const unused = (where: readonly string[], user: string): void => {
    // An environment may choose another strategy than the one that the rest of the file is written for.
    if (environment !== null || strategy === user || !isWritten(root, where)) return;
    violations.push({
      where,
      message: `is not used by the strategy \`${strategy}\``,
      expected: `\`rollout.strategy: ${user}\`, or without this key`,
    });
  };
  unused(['rollout', 'steps'], 'canary');
  unused(['rollout', 'blueGreen', 'approval'], 'blueGreen');
  if (strategy === 'recreate' && keepPrevious > 0) {
    violations.push({
      where: ['rollout', 'keepPrevious'],
      message: `found ${keepPrevious} with the strategy \`recreate\``,
      expected: '0: that strategy is for clusters without room for both revisions',
    });
  }
  return violations;
}

function sloRules({ rollout: { slo } }: Config): Violation[] {
  const violations: Violation[] = [];
  if (slo.errors <= 0 || slo.errors >= 1) {
    violations.push({
      where: ['rollout', 'slo', 'errors'],
      message: `found ${percent(slo.errors)}`,
      expected: 'a share above 0% and below 100%: no number of requests proves that errors never happen',
    });
  }
  if (slo.latency !== null) {
    const where = ['rollout', 'slo', 'latency'];
    if (slo.latency.underMs === 0) {
      violations.push({
        where: [...where, 'under'],
        message: 'the limit is missing or zero',
        expected: 'a duration such as `250ms`',
      });
    }
    if (slo.latency.share <= 0 || slo.latency.share >= 1) {
      violations.push({
        where: [...where, 'share'],
        message: `found ${percent(slo.latency.share)}`,
        expected: 'a share above 0% and below 100%',
      });
    }
  }
  return violations;
}

function timeRules({ rollout, smoke }: Config): Violation[] {
  const positive: readonly [readonly Segment[], number][] = [
    [['rollout', 'readyTimeout'], rollout.readyTimeoutMs],
    [['rollout', 'stepDeadline'], rollout.stepDeadlineMs],
    [['rollout', 'hold'], rollout.holdMs],
    [['smoke', 'readyTimeout'], smoke.readyTimeoutMs],
    [['smoke', 'stopTimeout'], smoke.stopTimeoutMs],
  ];
  const violations: Violation[] = positive
    .filter(([, milliseconds]) => milliseconds <= 0)
    .map(([where]) => ({ where, message: 'found zero', expected: 'a duration above zero' }));
  if (rollout.tickMs < 1000) {
    violations.push({
      where: ['rollout', 'tick'],
      message: `found ${rollout.tickMs}ms`,
      expected: 'at least `1s`: both arms are read within one second of each other',
    });
  }
  if (rollout.leaseMs < 2 * rollout.tickMs) {
    violations.push({
      where: ['rollout', 'lease'],
      message: `found ${rollout.leaseMs / 1000}s with a tick of ${rollout.tickMs / 1000}s`,
      expected: 'at least two ticks: the lease is renewed by completed ticks only',
    });
  }
  rollout.steps.forEach((step, index) => {
    if (step.minTimeMs >= rollout.stepDeadlineMs) {
      violations.push({
        where: rollout.strategy === 'canary' ? ['rollout', 'steps', index] : ['rollout', 'minTime'],
        message: `minTime ${step.minTimeMs / 1000}s reaches the stepDeadline ${rollout.stepDeadlineMs / 1000}s`,
        expected: 'a minTime shorter than `rollout.stepDeadline`',
      });
    }
  });
  return violations;
}

function at(keys: readonly string[], message: string, expected: string): Violation[] {
  return [{ where: ['rollout', ...keys], message, expected }];
}

function providerRules({ rollout }: Config): Violation[] {
  const routes = routeRules(rollout);
  return routes.length > 0 ? routes : providerChoice(rollout);
}

function routeRules({ gateway, istio }: RolloutConfig): Violation[] {
  if (gateway !== null && gateway.adopt === null && gateway.name === '')
    return at(['gateway', 'name'], 'the key is missing', 'the name of the Gateway');
  if (gateway !== null && gateway.adopt !== null && (gateway.name !== '' || gateway.hostnames.length > 0)) {
    const expected = 'one of the two: the HTTPRoute to adopt, or the Gateway and host names for one of our own';
    return at(['gateway', 'adopt'], 'found beside `name` or `hostnames`', expected);
  }
  if (istio !== null && istio.adopt !== null && istio.hosts.length + istio.gateways.length > 0) {
    const expected = 'one of the two: the VirtualService to adopt, or the hosts and gateways for one of our own';
    return at(['istio', 'adopt'], 'found beside `hosts` or `gateways`', expected);
  }
  if (gateway !== null && istio !== null)
    return at(['istio'], 'found beside `rollout.gateway`', 'one of the two: only one route directs the traffic');
  return [];
}

function providerChoice({ provider, gateway, istio, header }: RolloutConfig): Violation[] {
  const set = { gateway, istio };
  if ((provider === 'gateway' || provider === 'istio') && set[provider] === null) {
    const expected = `\`rollout.${provider}: ${provider === 'gateway' ? '{name: ...}' : '{}'}\` beside it`;
    return at(['provider'], `found \`${provider}\`, but \`rollout.${provider}\` is not set`, expected);
  }
  const other = (['gateway', 'istio'] as const).find((each) => set[each] !== null && provider !== each);
  if (other !== undefined && provider !== 'auto') {
    const expected = `one of the two: the provider \`${other}\` (or \`auto\`), or no \`rollout.${other}\``;
    return at(['provider'], `found \`${provider}\`, but \`rollout.${other}\` is set`, expected);
  }
  if (header !== null && gateway === null && istio === null) {
    const message = 'the provider `replicas` cannot route by header: a Service does not read requests';
    return at(['header'], message, 'the provider `gateway` or `istio`, or no `rollout.header`');
  }
  return [];
}

function platformRules({ image: { platforms } }: Config): Violation[] {
  // The variant v8 is what arm64 means.
  const names = platforms.map((platform) => platform.replace(/\/arm64\/v8$/, '/arm64'));
  return names.flatMap((name, index): Violation[] => {
    if (names.indexOf(name) === index) return [];
    return [{ where: ['image', 'platform', index], message: `${name} is there twice`, expected: 'each platform once' }];
  });
}

function deployRules({ deploy }: Config): Violation[] {
  const violations: Violation[] = [];
  if (deploy.autoscaling !== null && deploy.autoscaling.max < deploy.autoscaling.min) {
    violations.push({
      where: ['deploy', 'autoscaling', 'max'],
      message: deploy.autoscaling.max === 0 ? 'the key is missing' : `found ${deploy.autoscaling.max}`,
      expected: `at least the smallest number of pods, ${deploy.autoscaling.min}`,
    });
  }
  if (deploy.autoscaling !== null && deploy.autoscaling.cpu < 1) {
    violations.push({
      where: ['deploy', 'autoscaling', 'cpu'],
      message: `found ${deploy.autoscaling.cpu}%`,
      expected: 'at least 1%',
    });
  }
  for (const name of Object.keys(deploy.env)) {
    if (!name.startsWith('MLDEPLOY_')) continue;
    violations.push({
      where: ['deploy', 'env', name],
      message: 'names that begin with MLDEPLOY_ are set by ml-deploy',
      expected: 'another name',
    });
  }
  return violations;
}

/** The resolved configuration no longer tells what was written here. */
function notifyRules(root: Located): Violation[] {
  const list = find(root, ['notify']).node;
  if (list.kind !== 'list') return [];
  return list.items.flatMap((item, index): Violation[] => {
    const kinds = item.kind === 'map' ? ['slack', 'webhook'].filter((kind) => item.entries.has(kind)) : [];
    if (kinds.length === 1) return [];
    return [
      {
        where: ['notify', index],
        message: kinds.length === 0 ? 'found neither `slack` nor `webhook`' : 'found both `slack` and `webhook`',
        expected: 'one of them in each entry of the list',
      },
    ];
  });
}
