import type { EvidenceSoFar } from '../../src/pipeline/evidence.ts';

/** Fields whose values the engine itself chooses. */
const ours = new Set([
  'at',
  'startedAt',
  'endedAt',
  'schema',
  'stage',
  'outcome',
  'verdict',
  'severity',
  'decision',
  'strategy',
  'device',
  'metric',
]);

/** Evidence in which every text from outside is replaced; structure and numbers stay. */
export function withTexts(
  evidence: Required<Omit<EvidenceSoFar, 'stopped'>>,
  replace: (text: string) => string,
): Required<Omit<EvidenceSoFar, 'stopped'>> {
  const copy = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return ours.has(key) ? value : replace(value);
    if (Array.isArray(value)) return value.map((each) => copy(each, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copy(each, name)]));
  };
  return copy(evidence, '') as Required<Omit<EvidenceSoFar, 'stopped'>>;
}

export const hostileTexts: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style></svg><h1>x',
  '<!-- ]]> &lt;b&gt; &#60;b&#62;',
  '`</code>` ${7*7} \u202ereversed\u202c \u0000\u001b[31mred\u001b[0m\u2028',
  '| a | b |\n\n# heading\n- list\n```js\n[x](javascript:alert(1)) ![x](http://evil.example/x.png) @org/team #12 www.evil.example',
  '\ud800 lone surrogate \u{1f680}',
];
