import type { Reporter } from './reporter.ts';

/**
 * A reporter that hands everything on without what nobody may read: servers repeat in their answers and logs what they were given.
 * @param reporter that shows it
 * @param hide takes secrets out of a text
 */
export function hidingReporter(reporter: Reporter, hide: (text: string) => string): Reporter {
  const some = (text: string | undefined): string | undefined => (text === undefined ? undefined : hide(text));
  return {
    stage: (name, next) => reporter.stage(name, next),
    task: (title, options) => {
      const task = reporter.task(hide(title), options);
      return {
        update: (detail, fraction) => task.update(hide(detail), fraction),
        done: (detail) => task.done(some(detail)),
        fail: (detail) => task.fail(some(detail)),
      };
    },
    note: (level, message) => reporter.note(level, hide(message)),
    output: (source, line) => reporter.output(source, hide(line)),
  };
}
