import type { RolloutEvidence, TickEvidence, TimelineEvent } from '../pipeline/evidence.ts';
import type { Reporter } from '../pipeline/reporter.ts';

/** What happened, for the evidence: in memory only; what must survive is in the state. */
export class Record {
  readonly timeline: TimelineEvent[] = [];
  readonly ticks: TickEvidence[] = [];
  /** Every request counted so far, kept up to date by the judge: a rollout that ends in the middle has them too. */
  totals: RolloutEvidence['volatile']['totals'] = {
    stable: { requests: 0, errors: 0 },
    candidate: { requests: 0, errors: 0 },
  };
  /** Hears every event as it happens. */
  listener: ((event: TimelineEvent) => void) | null = null;
  readonly #reporter: Reporter;

  constructor(reporter: Reporter) {
    this.#reporter = reporter;
  }

  /** Notes an event with the present time and tells people. */
  event(kind: string, message: string, weight?: number): void {
    const event = { at: new Date().toISOString(), kind, message, ...(weight === undefined ? {} : { weight }) };
    this.timeline.push(event);
    this.#reporter.note('info', message);
    this.listener?.(event);
  }
}
