import { MlDeployError } from '../errors.ts';

/** Turns SIGINT and SIGTERM into an AbortSignal. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, null when nothing came. */
  readonly exitCode: number | null;
  /** Stops listening. */
  dispose(): void;
}

const unfinished = '`ml-deploy status` shows what is deployed; `ml-deploy resume` goes on with an unfinished rollout.';

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Listens until disposed. The first signal aborts and lets the command clean up; a second says what is still being done; a third gives
 * up at once. `now` says what runs, `say` shows a line to people; a command that `changesNothing` has nothing to bring back.
 */
export function watchSignals(say: (message: string) => void, now: () => string, changesNothing = false): Interruption {
  const controller = new AbortController();
  let received = 0;
  let exitCode: number | null = null;
  const onSignal = (name: NodeJS.Signals): void => {
    received += 1;
    exitCode ??= name === 'SIGTERM' ? codes.SIGTERM : codes.SIGINT;
    if (received === 1) {
      say(
        changesNothing
          ? `${name}: stopping. This command changes nothing.`
          : `${name}: stopping. Programs are ended, and traffic that this run moved goes back to the stable version.`,
      );
      controller.abort(
        new MlDeployError({
          code: 'run/interrupted',
          kind: 'interrupted',
          message: `stopped by ${name}`,
          ...(changesNothing ? {} : { hint: unfinished }),
        }),
      );
    } else if (received === 2) {
      say(
        `${name} again: still busy with "${now()}". A third one gives up at once; a rollout is then brought back to the stable version by its watchdog.`,
      );
    } else {
      process.exit(exitCode);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
