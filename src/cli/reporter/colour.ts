import type { Output } from '../host.ts';

/** Functions that colour text, or leave it as it is. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const plain = (text: string): string => text;
const none: Palette = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

function sgr(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}

const ansi: Palette = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
};

/** Colours for a terminal that wants them (no-color.org: a NO_COLOR that is not empty says no). */
export function palette(output: Output, environment: Readonly<Record<string, string | undefined>>): Palette {
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return output.isTTY === true && !refused ? ansi : none;
}
