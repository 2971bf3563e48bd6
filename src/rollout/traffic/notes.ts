import type { Config } from '../../config/config.ts';
import { factsOf } from './index.ts';

/**
 * What a plan has to tell about the way its traffic is divided.
 */
export function trafficNotes(config: Config): readonly string[] {
  const { adopted, header, model } = factsOf(config);
  const notes: string[] = [];
  if (header !== null) {
    notes.push(
      `Requests with the header ${header.name}: ${header.value} reach the candidate at any share, and are counted like its others: what they break counts against it. The split that is seen is only checked for too few requests of the candidate.`,
    );
  }
  if (adopted !== null && adopted.rule !== null) {
    notes.push(
      `Only rule ${adopted.rule} of ${adopted.name} is split. Other ways to Service ${model} stay with the stable revision, so the split that is seen is not checked.`,
    );
  }
  return notes;
}
