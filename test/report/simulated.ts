import { histogram } from '../../src/smoke/histogram.ts';
import { answerTimes, take } from '../smoke/times.ts';
import type {
  BuildEvidence,
  EvidenceSoFar,
  MetricPlan,
  RolloutEvidence,
  SmokeEvidence,
  TickEvidence,
  TimelineEvent,
  ValidateEvidence,
} from '../../src/pipeline/evidence.ts';
import type { ClientSecond, ClientView } from '../../src/report/run.ts';
import { createAnalysis } from '../../src/rollout/analysis/analysis.ts';
import type { AnalysisPlan } from '../../src/rollout/analysis/plan.ts';
import { thresholdRules } from '../../src/rollout/analysis/threshold-rule.ts';
import { drawArm, random } from '../rollout/analysis/draws.ts';

/** One simulated release, decided by the real decision engine. */
export interface Release {
  readonly revision: number;
  readonly startedAt: string;
  /** Share of failing answers. */
  readonly errors: number;
  readonly slow?: number;
  readonly project?: string;
  readonly seed?: number;
  /** Requests per second of all clients. */
  readonly rate?: number;
}

const tickMs = 2000;
const digest = (text: string): string =>
  `sha256:${Array.from({ length: 8 }, (_, index) => (text.length * 7919 + index * 104_729 + (text.codePointAt(index % text.length) ?? 0) * 31_337).toString(16).padStart(8, '0').slice(-8)).join('')}`;

const plan: AnalysisPlan = {
  metrics: [
    { id: 'errors', title: 'failed requests', slo: 0.02, floor: 0.002, alpha: 0.025 },
    { id: 'latency', title: 'requests slower than 250 ms', slo: 0.05, floor: 0.005, alpha: 0.025 },
  ],
  margin: 1.5,
  alpha: 0.05,
  beta: 0.05,
  promotion: 'absolute',
  phiPrior: 1,
  splitTolerance: 0.1,
  steps: [
    { weight: 0.2, minTimeMs: 10_000, minRequests: 100 },
    { weight: 0.5, minTimeMs: 10_000, minRequests: 100 },
  ],
};

interface Clock {
  now: number;
}

function volatile(clock: Clock, ms: number): { startedAt: string; endedAt: string; engine: string; host: string } {
  const startedAt = new Date(clock.now).toISOString();
  clock.now += ms;
  return { startedAt, endedAt: new Date(clock.now).toISOString(), engine: 'ml-deploy/0.1.0', host: 'ci-7' };
}

function base<S extends 'validate' | 'build' | 'smoke' | 'rollout'>(stage: S, project: string, summary: string) {
  return {
    schema: `https://ml-deploy.dev/schema/${stage}-evidence-v1.json`,
    stage,
    project,
    environment: null,
    outcome: 'passed',
    summary,
  } as const;
}

function validate(release: Release, project: string, clock: Clock): ValidateEvidence {
  return {
    ...base('validate', project, 'Clean: 2 files, 1.9 MB; no finding above info.'),
    volatile: volatile(clock, 412),
    verdict: 'clean',
    model: {
      path: 'model/',
      digest: digest(`model-${release.revision}`),
      bytes: 1_902_334,
      files: [
        {
          path: 'model.joblib',
          format: 'joblib',
          verdict: 'clean',
          bytes: 1_901_822,
          sha256: digest(`file-${release.revision}`).slice(7),
          findings: [
            {
              rule: 'sklearn/version',
              severity: 'info',
              offset: 1204,
              message: 'written by scikit-learn 1.7.2; the image installs the same version',
              hint: 'Nothing to do.',
            },
          ],
          facts: {
            protocol: 5,
            opcodes: 48_112,
            globals: ['sklearn.ensemble._forest.RandomForestClassifier', 'numpy.ndarray'],
          },
        },
        {
          path: 'labels.json',
          format: 'json',
          verdict: 'clean',
          bytes: 512,
          sha256: digest('labels').slice(7),
          findings: [],
          facts: {},
        },
      ],
    },
    contract: {
      inputs: [{ name: 'inputs', dtype: 'float64', shape: [null, 64] }],
      outputs: [{ name: 'outputs', dtype: 'int64', shape: [null] }],
      source: 'declared',
    },
  };
}

function build(release: Release, project: string, clock: Clock): BuildEvidence {
  const image = digest(`image-${release.revision}`);
  return {
    ...base('build', project, `Built localhost:5000/${project}@${image.slice(0, 19)}, 84.2 MB.`),
    volatile: { ...volatile(clock, 9240), builder: 'buildkit', uploadedBytes: 3_400_000, buildMs: 8100, pushMs: 900 },
    modelDigest: digest(`model-${release.revision}`),
    server: 'fastapi',
    image: {
      repository: `localhost:5000/${project}`,
      digest: image,
      reference: `localhost:5000/${project}@${image}`,
      platform: 'linux/amd64',
      bytes: 84_200_000,
      layers: [
        { digest: digest('base-0'), bytes: 29_100_000, kind: 'base', title: 'python:3.12-slim' },
        { digest: digest('base-1'), bytes: 13_300_000, kind: 'base', title: 'python:3.12-slim' },
        {
          digest: digest('deps'),
          bytes: 39_800_000,
          kind: 'dependencies',
          title: 'scikit-learn, fastapi, uvicorn and 14 more',
        },
        { digest: digest('code'), bytes: 12_400, kind: 'code', title: 'app.py' },
        { digest: digest(`weights-${release.revision}`), bytes: 1_905_000, kind: 'weights', title: 'model/' },
      ],
      user: '10001',
    },
  };
}

function smoke(release: Release, project: string, clock: Clock): SmokeEvidence {
  const image = digest(`image-${release.revision}`);
  return {
    ...base('smoke', project, 'Ready after 2.1 s; 5 checks passed, 1 skipped; p95 12 ms on CPU.'),
    volatile: {
      ...volatile(clock, 5100),
      readyMs: 2140,
      latencyMs: {
        ...{ p50: 7.2, p95: 12.4, p99: 19, count: 50 },
        intervals: { p50: { low: 6.8, high: 7.9 }, p95: { low: 10.2, high: null }, p99: { low: 14, high: null } },
      },
      throughput: { perSecond: 131.5, concurrency: 1, interval: { low: 120.4, high: 144.9 } },
      latencyHistogram: histogram(take(400, answerTimes(5, 7.2))),
      comparedWith: {
        title: 'the stable revision r3',
        image: 'localhost:5000/earlier@sha256:0',
        at: '2026-01-02T03:04:05.000Z',
        latencyMs: {
          ...{ p50: 6.9, p95: 7.9, p99: 18, count: 200 },
          intervals: { p50: { low: 6.6, high: 7.3 }, p95: { low: 7.4, high: 8.3 }, p99: { low: 14, high: null } },
        },
        throughput: { perSecond: 135.1, concurrency: 1, interval: { low: 127.3, high: 143.8 } },
        slower: ['p95'],
      },
      coldStart: { nodeMs: 120, pullMs: 1200, createMs: 340, loadMs: 430, firstAnswerMs: 50 },
      stopMs: 310,
      details: [],
    },
    imageReference: `localhost:5000/${project}@${image}`,
    modelDigest: digest(`model-${release.revision}`),
    runtime: 'kubernetes',
    hardware: { device: 'cpu', name: 'AMD EPYC 9R14' },
    checks: [
      { id: 'ready', title: 'becomes ready', verdict: 'passed', limit: '60 s', message: 'ready after 2.1 s' },
      {
        id: 'openapi',
        title: 'answers requests made from its OpenAPI description',
        verdict: 'passed',
        limit: null,
        message: '50 of 50 answered',
      },
      {
        id: 'golden',
        title: 'golden requests',
        verdict: 'passed',
        limit: 'within 1e-6',
        message: '4 of 4 as expected',
      },
      { id: 'latency', title: '95th percentile of latency', verdict: 'passed', limit: '100 ms', message: '12.4 ms' },
      { id: 'gpu', title: 'runs on the GPU', verdict: 'skipped', limit: null, message: 'device: cpu' },
      {
        id: 'stop',
        title: 'stops cleanly after SIGTERM',
        verdict: 'passed',
        limit: '30 s',
        message: 'exit 0 after 0.3 s',
      },
    ],
  };
}

interface Traffic {
  readonly seconds: ClientSecond[];
}

function rollout(release: Release, project: string, clock: Clock, traffic: Traffic): RolloutEvidence {
  const { revision } = release;
  const started = clock.now;
  const timeline: TimelineEvent[] = [];
  const event = (kind: string, message: string, weight?: number): void => {
    timeline.push({
      at: new Date(clock.now).toISOString(),
      kind,
      message,
      ...(weight === undefined ? {} : { weight }),
    });
  };
  const first = revision === 1;
  const candidate = facts(project, revision);
  const stable = first ? null : facts(project, revision - 1);
  event('planned', `Epoch ${revision}: r${revision} (${first ? 'first' : 'canary'}, provider gateway).`);
  clock.now += 1200;
  event('watchdog-armed', `The watchdog runs and has proved its rights (epoch ${revision}).`);
  clock.now += 300;
  event('candidate-created', `Created ${project}-r${revision} with 2 pods of ${candidate.image}.`);
  clock.now += 6400;
  event('candidate-ready', `r${revision} is ready and warm.`);
  const judged: Judged = first ? notJudged : judge(release, clock, event, traffic);
  const { decision, reasons, ticks, totals, metrics } = judged;
  const promoted = decision !== 'rollback';
  if (promoted) {
    event('promoted', `r${revision} serves all traffic.`, 1);
    clock.now += 4000;
    if (!first) event('drained', `r${revision - 1} is drained; 0 of its pods stay.`);
  } else {
    clock.now += 180;
    event('restored', `All traffic is back on r${revision - 1}.`, 0);
    clock.now += 3000;
    event('retired', `Removed ${project}-r${revision}.`);
  }
  return {
    ...base('rollout', project, summaryOf(decision, revision)),
    outcome: promoted ? 'passed' : 'failed',
    volatile: {
      startedAt: new Date(started).toISOString(),
      endedAt: new Date(clock.now).toISOString(),
      engine: 'ml-deploy/0.1.0',
      host: 'ci-7',
      timeline,
      ticks,
      totals,
      apiRequests: 143,
      thresholdRules: thresholdRules({ metrics, ticks, timeline, decision, reasons }),
      diagnosis: promoted
        ? []
        : [`pod ${project}-r${revision}-7c9d4-x2x9p: ERROR predict failed: ValueError: feature 17 is missing`],
    },
    model: project,
    namespace: 'demo',
    strategy: first ? 'first' : 'canary',
    provider: 'gateway',
    stable,
    candidate,
    steps: first ? [] : [0.2, 0.5],
    metrics,
    decision: first ? 'none' : decision,
    reasons,
  };
}

function summaryOf(decision: string, revision: number): string {
  if (decision === 'rollback') return `r${revision} was rolled back: it fails more often than r${revision - 1}.`;
  return decision === 'none'
    ? `r${revision} is the first revision and serves all traffic.`
    : `r${revision} was promoted.`;
}

function facts(project: string, revision: number) {
  return {
    name: `r${revision}`,
    image: `localhost:5000/${project}@${digest(`image-${revision}`)}`,
    modelDigest: digest(`model-${revision}`),
  };
}

interface Judged {
  readonly decision: 'promote' | 'rollback' | 'none';
  readonly reasons: readonly string[];
  readonly ticks: readonly TickEvidence[];
  readonly totals: RolloutEvidence['volatile']['totals'];
  readonly metrics: readonly MetricPlan[];
}

const none = { requests: 0, errors: 0 };
const notJudged: Judged = {
  decision: 'none',
  reasons: ['There is no stable revision to compare with; it passed validate, build and smoke.'],
  ticks: [],
  totals: { stable: none, candidate: none },
  metrics: [],
};

function judge(
  release: Release,
  clock: Clock,
  event: (kind: string, message: string, weight?: number) => void,
  traffic: Traffic,
): Judged {
  const next = random(release.seed ?? release.revision);
  const analysis = createAnalysis(plan);
  const ticks: TickEvidence[] = [];
  const totals = { stable: { ...none }, candidate: { ...none } };
  let reasons: readonly string[] = [];
  for (const [index, { weight }] of plan.steps.entries()) {
    analysis.startStep(index, weight);
    event('weight', `Step ${index + 1}: the candidate gets ${weight * 100} % of the traffic.`, weight);
    for (let tick = 0; ; tick++) {
      clock.now += tickMs;
      const arm = (name: 'stable' | 'candidate', part: number, share: number) =>
        drawArm(next, { name, pods: 2, mean: ((release.rate ?? 40) * part * tickMs) / 1000, share, burst: 1 });
      const errors = { candidate: arm('candidate', weight, release.errors), stable: arm('stable', 1 - weight, 0.002) };
      const latency = {
        candidate: errors.candidate.map((pod) => ({
          ...pod,
          bad: Math.min(pod.total, Math.floor(next() * pod.total * 2 * (release.slow ?? 0.008))),
        })),
        stable: errors.stable.map((pod) => ({ ...pod, bad: Math.floor(next() * pod.total * 0.02) })),
      };
      const at = new Date(clock.now).toISOString();
      const verdict = analysis.tick({ at, weight, elapsedMs: tickMs, deltas: { errors, latency } });
      ticks.push(...verdict.ticks);
      reasons = verdict.reasons;
      for (const name of ['stable', 'candidate'] as const) {
        for (const pod of errors[name]) {
          totals[name].requests += pod.total;
          totals[name].errors += pod.bad;
        }
        const total = errors[name].reduce((sum, pod) => sum + pod.total, 0);
        const failed = errors[name].reduce((sum, pod) => sum + pod.bad, 0);
        const revision = name === 'stable' ? `r${release.revision - 1}` : `r${release.revision}`;
        traffic.seconds.push(
          {
            at: whole(clock.now - 2000),
            revision,
            ok: Math.floor((total - failed) / 2),
            failed: Math.floor(failed / 2),
          },
          {
            at: whole(clock.now - 1000),
            revision,
            ok: Math.ceil((total - failed) / 2),
            failed: Math.ceil(failed / 2),
          },
        );
      }
      if (verdict.decision === 'rollback') {
        event('decision', `Step ${index + 1}: rollback. ${reasons.join(' ')}`);
        return { decision: 'rollback', reasons, ticks, totals, metrics: analysis.metrics };
      }
      if (verdict.decision === 'promote' || tick > 300) break;
    }
    event('decision', `Step ${index + 1}: promote. ${reasons.join(' ')}`);
  }
  return { decision: 'promote', reasons, ticks, totals, metrics: analysis.metrics };
}

/** Whole seconds, as a load generator counts. */
function whole(at: number): string {
  return new Date(Math.floor(at / 1000) * 1000).toISOString();
}

/** Traffic of one revision alone, before the rollout and after it. */
function quiet(traffic: Traffic, from: number, to: number, revision: string, rate: number): void {
  for (let at = from; at < to; at += 1000) {
    traffic.seconds.push({ at: new Date(at).toISOString(), revision, ok: rate, failed: 0 });
  }
}

/** Evidence of all four stages of a simulated release, and what its clients saw. */
export function simulatedRun(release: Release): {
  evidence: Required<Omit<EvidenceSoFar, 'stopped'>>;
  clients: ClientView;
} {
  const project = release.project ?? 'digits';
  const clock = { now: Date.parse(release.startedAt) };
  const traffic: Traffic = { seconds: [] };
  const evidence = {
    validate: validate(release, project, clock),
    build: build(release, project, clock),
    smoke: smoke(release, project, clock),
    rollout: rollout(release, project, clock, traffic),
  };
  const rate = release.rate ?? 40;
  const { startedAt, endedAt } = evidence.rollout.volatile;
  const judged = traffic.seconds.map((second) => Date.parse(second.at));
  const from = Math.min(...judged, Date.parse(endedAt));
  const to = Math.max(...judged, from);
  const stays = evidence.rollout.outcome === 'passed' ? release.revision : release.revision - 1;
  const second = (at: number): number => Math.floor(at / 1000) * 1000;
  if (release.revision > 1)
    quiet(traffic, second(Date.parse(startedAt)), second(from), `r${release.revision - 1}`, rate);
  quiet(traffic, second(to) + 1000, Date.parse(endedAt) + 9000, `r${stays}`, rate);
  return { evidence, clients: { perSecond: traffic.seconds, totals: totalsOf(traffic.seconds) } };
}

function totalsOf(seconds: readonly ClientSecond[]): ClientView['totals'] {
  return seconds.reduce(
    (sum, { ok, failed }) => ({ requests: sum.requests + ok + failed, failed: sum.failed + failed }),
    { requests: 0, failed: 0 },
  );
}

/** The three releases of the demo. */
export function demoRuns() {
  const release = (revision: number, minute: number, errors: number) => ({
    title: `v${revision}: ${['the first', 'a better model', 'one answer in ten fails'][revision - 1] ?? ''}`,
    ...simulatedRun({ revision, startedAt: `2026-11-22T18:0${minute}:00.000Z`, errors }),
  });
  return [release(1, 0, 0), release(2, 1, 0.001), release(3, 3, 0.1)];
}
