import { killRollout, killFirst } from './cell.ts';
import type { Cell, CellResult } from './cell.ts';
import type { Moment } from './victim.ts';
import { Stage } from './stage.ts';

/** A cell that did not come out as it must. */
export interface CellFailure {
  readonly cell: Cell;
  readonly message: string;
}

export interface MatrixResult {
  readonly passed: readonly CellResult[];
  readonly failed: readonly CellFailure[];
}

/**
 * Works through cells of the first deploy, each in a namespace of its own.
 */
export function killFirstDeploys(cells: readonly Cell[], workers: number): Promise<MatrixResult> {
  return inParallel(cells, workers, () => ({ run: killFirst, end: () => Promise.resolve() }));
}

/**
 * Works through cells of a strategy that has a stable revision beside it in so many namespaces at a time. A cell that fails costs its namespace, never the other cells.
 */
export function killRollouts(
  cells: readonly Cell[],
  workers: number,
  start: () => Promise<Stage> = () => Stage.start(),
  follow: (stage: Stage, cell: Cell) => Promise<CellResult> = killRollout,
): Promise<MatrixResult> {
  return inParallel(cells, workers, () => {
    let stage: Stage | undefined;
    return {
      async run(cell) {
        stage ??= await start();
        return follow(stage, cell);
      },
      async end() {
        await stage?.[Symbol.asyncDispose]();
        stage = undefined;
      },
    };
  });
}

/** Runs cells; `end` is called after a failure, too, and `run` must then be able to start anew. */
interface Worker {
  run(cell: Cell): Promise<CellResult>;
  end(): Promise<void>;
}

async function inParallel(cells: readonly Cell[], workers: number, hire: () => Worker): Promise<MatrixResult> {
  const queue = [...cells];
  const passed: CellResult[] = [];
  const failed: CellFailure[] = [];
  const work = async (): Promise<void> => {
    const worker = hire();
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
      try {
        const result = await worker.run(cell);
        passed.push(result);
        console.log(`${nameOf(cell)} ${result.label ?? '(beyond the end)'}: ok, ${Math.round(result.restoredMs)} ms`);
      } catch (error) {
        const message = textOf(error);
        failed.push({ cell, message });
        console.log(`${nameOf(cell)} FAILED: ${message}`);
        await worker.end();
      }
    }
    await worker.end();
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { passed, failed };
}

/** Assertions shorten what they compare; a failed cell is dear, so all of it is told. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'actual' in error ? `${error.message}\nactual: ${JSON.stringify(error.actual)}` : error.message;
}

function nameOf({ at, when, then }: Cell): string {
  const moment = typeof at === 'number' ? `write ${at}` : `${at.label} (${at.nth})`;
  const later = typeof at === 'number' || at.plus === undefined ? '' : ` + ${at.plus}`;
  return `killed ${when} ${moment}${later}, then ${then}:`;
}

/** Number of a write, or how much later than the named one. */
function placeOf({ at }: Cell): string {
  return String(typeof at === 'number' ? at : (at.plus ?? at.label));
}

/** Writes of a run vary a little with its ticks and lease renewals: some more cells, so that the last ones are reached. */
const spare = 3;

/**
 * Both ways to die at every one of so many writes. Between two writes the cluster is the same whether the engine died after the first or
 * before the second: from one of these two a person resumes, from the other rolls back, so that every state is left in both ways.
 */
export function everyCell(writes: number): readonly Cell[] {
  return cellsAt(Array.from({ length: writes + spare }, (_, index) => index + 1));
}

/**
 * Both ways to die at each of these moments, which are writes that follow each other; to go on as in `everyCell`.
 */
export function cellsAt(moments: readonly Moment[]): readonly Cell[] {
  return moments.flatMap((at, index) =>
    (['before', 'after'] as const).map(
      (when) => ({ at, when, then: index % 2 === 0 ? 'resume' : 'rollback' }) as const,
    ),
  );
}

/**
 * Part of the cells, to look into a failure: `ML_DEPLOY_KILL_CELLS=after:19,20,31:resume`, each part may be `*`.
 */
export function chosen(cells: readonly Cell[]): readonly Cell[] {
  const [when = '*', at = '*', then = '*'] = (process.env['ML_DEPLOY_KILL_CELLS'] ?? '').split(':');
  const fits = (list: string, value: string): boolean => list === '*' || list === '' || list.split(',').includes(value);
  return cells.filter((cell) => fits(when, cell.when) && fits(at, placeOf(cell)) && fits(then, cell.then));
}

/**
 * The writes of one undisturbed rollout, in their order; `env` is the release's, `code` how it ends.
 */
export async function writesOf(
  start: () => Promise<Stage>,
  { env = {}, code = 0 }: { readonly env?: Readonly<Record<string, string>>; readonly code?: number } = {},
): Promise<readonly string[]> {
  await using stage = await start();
  const proxy = await stage.proxy();
  const finished = await stage.rollout(proxy, { env: { ...stage.next(), ...env } });
  if (finished.code !== code)
    throw new Error(`the undisturbed rollout ended with ${finished.code}: ${finished.output}`);
  return proxy.writes;
}
