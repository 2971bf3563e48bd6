import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceSoFar, RolloutEvidence } from '../src/pipeline/evidence.ts';
import { htmlReport, type ClientView } from '../src/report/html/index.ts';
import type { TrafficResult } from '../test/cluster/traffic.ts';

/** What became of one version of the model. */
export interface VersionOutcome {
  readonly name: string;
  readonly story: string;
  readonly expected: 'deployed' | 'promoted' | 'rolled back';
  readonly exitCode: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly accuracy: number;
  readonly evidence: EvidenceSoFar;
}

/** The evidence that the last `deploy` left in the demo's project. */
export function readEvidence(state: string): EvidenceSoFar {
  const folder = join(state, 'project/.mldeploy/default');
  const read = (stage: string): object => {
    try {
      return { [stage]: JSON.parse(readFileSync(join(folder, `${stage}.json`), 'utf8')) as unknown };
    } catch {
      // A stage that did not run left nothing.
      return {};
    }
  };
  return Object.assign({}, ...['validate', 'build', 'smoke', 'rollout'].map(read)) as EvidenceSoFar;
}

interface Report {
  readonly state: string;
  readonly outcomes: readonly VersionOutcome[];
  readonly traffic: { readonly results: readonly TrafficResult[] } | null;
  readonly say: (line: string) => void;
}

/** Writes the HTML report, prints the closing table; true when all went as the demo promises. */
export function writeReport({ state, outcomes, traffic, say }: Report): boolean {
  const results = traffic?.results ?? [];
  const file = join(state, 'report.html');
  const runs = outcomes.map((outcome, index) => {
    const until = outcomes[index + 1]?.startedAt ?? Infinity;
    const own = results.filter((result) => result.startedAt >= outcome.startedAt && result.startedAt < until);
    return {
      title: `${outcome.name}: ${outcome.story}`,
      evidence: outcome.evidence,
      ...(own.length === 0 ? {} : { clients: clientView(own) }),
    };
  });
  writeFileSync(file, htmlReport(runs));
  writeFileSync(join(state, 'requests.jsonl'), results.map((result) => `${JSON.stringify(result)}\n`).join(''));

  const facts = outcomes.map((outcome, index) => judge(outcome, results, outcomes[index + 1]?.startedAt ?? Infinity));
  say(
    `\n${'version'.padEnd(9)}${'result'.padEnd(14)}${'accuracy'.padEnd(10)}${'requests'.padStart(9)}${'failed'.padStart(8)}   note`,
  );
  for (const fact of facts) {
    say(
      `${fact.name.padEnd(9)}${fact.result.padEnd(14)}${fact.accuracy.padEnd(10)}${String(fact.requests).padStart(9)}${String(fact.failed).padStart(8)}   ${fact.note}`,
    );
  }
  say(`\nreport: ${file}`);
  const wrong = facts.filter((fact) => !fact.asExpected);
  for (const fact of wrong) say(`NOT AS PROMISED: ${fact.name} should have been ${fact.expected}: ${fact.note}`);
  return wrong.length === 0 && outcomes.length === 3;
}

interface Judged {
  readonly name: string;
  readonly expected: string;
  readonly result: string;
  readonly accuracy: string;
  readonly requests: number;
  readonly failed: number;
  readonly note: string;
  readonly asExpected: boolean;
}

function judge(outcome: VersionOutcome, results: readonly TrafficResult[], until: number): Judged {
  const own = results.filter((result) => result.startedAt >= outcome.startedAt && result.startedAt < until);
  const failed = own.filter((result) => !result.ok).length;
  const { rollout } = outcome.evidence;
  const result = resultOf(rollout);
  const decision = rollout?.volatile.timeline.find((event) => event.kind === 'decision');
  const first = own.find((entry) => entry.revision === rollout?.candidate.name);
  const tookSeconds =
    decision === undefined || first === undefined ? null : (Date.parse(decision.at) - first.startedAt) / 1000;
  const note =
    outcome.expected === 'rolled back'
      ? `${failed} requests harmed; rolled back ${tookSeconds === null ? '?' : tookSeconds.toFixed(0)} s after its first live request`
      : outcome.expected === 'promoted'
        ? failed === 0
          ? 'not one failed request'
          : `${failed} failed requests`
        : 'first deploy';
  const kept =
    outcome.expected === 'promoted' ? failed === 0 : outcome.expected === 'deployed' || (tookSeconds ?? Infinity) <= 60;
  return {
    name: outcome.name,
    expected: outcome.expected,
    result,
    accuracy: `${(outcome.accuracy * 100).toFixed(1)} %`,
    requests: own.length,
    failed,
    note,
    asExpected: result === outcome.expected && kept,
  };
}

function resultOf(rollout: RolloutEvidence | undefined): string {
  if (rollout === undefined) return 'not deployed';
  if (rollout.outcome === 'passed') return rollout.strategy === 'first' ? 'deployed' : 'promoted';
  return rollout.decision === 'rollback' ? 'rolled back' : rollout.outcome;
}

/** What clients saw, second by second and revision by revision. */
function clientView(results: readonly TrafficResult[]): ClientView {
  const seconds = new Map<string, { at: string; revision: string; ok: number; failed: number }>();
  for (const result of results) {
    const at = new Date(Math.floor(result.startedAt / 1000) * 1000).toISOString();
    const revision = result.revision ?? 'none';
    const key = `${at} ${revision}`;
    const entry = seconds.get(key) ?? { at, revision, ok: 0, failed: 0 };
    if (result.ok) entry.ok++;
    else entry.failed++;
    seconds.set(key, entry);
  }
  const failed = results.filter((result) => !result.ok).length;
  return {
    perSecond: [...seconds.values()].sort((a, b) => a.at.localeCompare(b.at)),
    totals: { requests: results.length, failed },
  };
}
