import type { Finding } from '../pipeline/evidence.ts';

/** Who waived a finding, until when and why, in a sentence; empty when nobody did. */
export function waiverText({ waived }: Finding): string {
  return waived === undefined ? '' : `Waived until ${waived.expires} by ${waived.owner}: ${waived.reason}`;
}
