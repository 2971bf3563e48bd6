import type { RuleId } from '../rules/index.ts';
import type { Format, Head } from './format.ts';

/** A format that is told from others and not looked into: always the finding `rule`, with its title. */
export function named(
  id: string,
  title: string,
  rule: RuleId,
  extensions: readonly string[],
  detect: (head: Head) => boolean,
): Format {
  return {
    id,
    title,
    extensions,
    detect,
    inspect: ({ findings }) => ({
      write: () => undefined,
      end: () => {
        findings.add(rule, 0, `This is ${title}.`);
        return { format: id, facts: {} };
      },
    }),
  };
}
