/**
 * An e-process as the average of several betting strategies: one log of accumulated wealth per alternative. Under its null hypothesis
 * the average never exceeds 1/alpha with probability above alpha, whenever one looks (Ville's inequality).
 */
export type LogWealth = readonly number[];

/** Wealth 1 for each alternative. */
export function startWealth(alternatives: number): LogWealth {
  return new Array<number>(alternatives).fill(0);
}

/**
 * Adds one tick's log likelihood ratios, divided by the dispersion known before the tick, and at most `limit`: by Jensen's inequality
 * each factor keeps an expectation of at most 1 when phi >= 1, and making a factor smaller never breaks that.
 */
export function bet(wealth: LogWealth, logRatios: readonly number[], phi: number, limit = Infinity): LogWealth {
  const grown = new Array<number>(wealth.length);
  for (const [index, log] of wealth.entries()) grown[index] = log + Math.min((logRatios[index] ?? 0) / phi, limit);
  return grown;
}

/** log of the mean wealth: the evidence value, to be compared with log(1/alpha). */
export function logEvidence(wealth: LogWealth): number {
  let largest = -Infinity;
  for (const log of wealth) largest = Math.max(largest, log);
  let sum = 0;
  for (const log of wealth) sum += Math.exp(log - largest);
  return largest + Math.log(sum / wealth.length);
}
