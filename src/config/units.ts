const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `1h30m` -> milliseconds. The schema has checked the form. */
export function parseDuration(text: string): number {
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (durationUnits[unit ?? ''] ?? 0);
  }
  return Math.round(total);
}

/** Milliseconds for people, exact: 300000 -> `5 min`, 1500 -> `1.5 s`, 5430000 -> `1 h 30 min 30 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(ms / 3_600_000), 'h'],
    [Math.floor((ms % 3_600_000) / 60_000), 'min'],
    [(ms % 60_000) / 1000, 's'],
  ];
  return parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount} ${unit}`])).join(' ');
}

/** `1.5%` -> 0.015. The schema has checked the form. */
export function parsePercentage(text: string): number {
  // Divided in decimal, so that 1% is 0.01 and not 0.010000000000000002.
  return Number(`${text.slice(0, -1)}e-2`);
}

/** A probability as a number or as `5%` -> 0..1. */
export function parseProbability(value: number | string): number {
  return typeof value === 'number' ? value : parsePercentage(value);
}

const byteUnits: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** `16Gi` -> bytes; a number is bytes already. The schema has checked the form. */
export function parseBytes(value: number | string): number {
  if (typeof value === 'number') return value;
  const [, amount, unit] = /^([0-9.]+)([A-Za-z]*)$/.exec(value) ?? [];
  return Math.round(Number(amount) * (byteUnits[unit ?? ''] ?? 1));
}
