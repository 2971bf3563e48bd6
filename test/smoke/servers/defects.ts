/** What can be wrong with a server, each made in the server's own way by the variable DEFECT (models/defect.py). */
export type Defect =
  | 'wrong-shape'
  | 'nan'
  | 'slow-start'
  | 'crash-on-third'
  | 'leak'
  | 'bad-input-500'
  | 'ignores-sigterm'
  | 'golden-mismatch'
  | 'wrong-digest';

/** What the smoke test has to say of a defect. */
export interface Red {
  /** The check that is about it. */
  readonly check: string;
  /** Words of its message. */
  readonly says: RegExp;
  /** Checks that may fail as a consequence, too. */
  readonly also?: readonly string[];
  /** What the log of the server says, which stands beside the evidence. */
  readonly logs?: RegExp;
  /** YAML of keys of `smoke` that this defect takes, as a flow mapping without braces. */
  readonly smoke?: string;
}

/** What every server's smoke test says, unless the server has a way of its own. */
export const reds: Readonly<Record<Defect, Red>> = {
  'wrong-shape': {
    check: 'answers',
    says: /batch of 1: .*expected \[1, 3\]|batch of 1: .*has 2 items, expected 3/,
    also: ['golden'],
  },
  nan: { check: 'answers', says: /NaN|not a finite number/, also: ['golden'] },
  'slow-start': {
    check: 'ready',
    // Some say that they are ready before they are.
    says: /No inference was answered in time( although it says that it is ready)?: .*(nobody listens yet|the connection broke|no answer|HTTP \d+)\./,
    smoke: 'readyTimeout: 8s',
  },
  // The request that it dies of is not answered; that it died, and when, says the check about that.
  'crash-on-third': {
    check: 'alive',
    says: /The server is gone: it ended by itself with exit code 1, while it was asked for the check "answers"\./,
    also: ['answers'],
  },
  leak: { check: 'memory', says: /It leaks: memory grows with every request/, smoke: 'requests: 120' },
  'bad-input-500': { check: 'malformed', says: /: answered 5\d\d instead of 4xx/, also: ['edges'] },
  'ignores-sigterm': {
    check: 'stop',
    says: /It did not end after SIGTERM and had to be killed/,
    smoke: 'stopTimeout: 4s',
  },
  'golden-mismatch': { check: 'golden', says: /1 of 1 golden request: "a setosa": .* is \S+, expected \S+/ },
  'wrong-digest': { check: 'image', says: /Another image runs: the runtime reports the digest sha256:[0-9a-f]{64}\./ },
};

export const defects = Object.keys(reds) as readonly Defect[];
