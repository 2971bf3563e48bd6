import type { Reporter, Task } from '../pipeline/reporter.ts';

/** Time after which work that is usually over at once shows itself, milliseconds. */
const momentMs = 1000;

/** Does work that mostly takes no time to speak of; shows it as a task of this title when it takes longer. */
export async function shownWhenSlow<T>(reporter: Reporter, title: string, work: () => Promise<T>): Promise<T> {
  let task: Task | null = null;
  const begun = setTimeout(() => (task = reporter.task(title)), momentMs);
  const end = (how: 'done' | 'fail'): void => {
    clearTimeout(begun);
    task?.[how]();
  };
  try {
    const result = await work();
    end('done');
    return result;
  } catch (error) {
    end('fail');
    throw error;
  }
}
