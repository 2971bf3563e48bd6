/**
 * Does some work side by side; the first failure ends everything.
 * @param items one after the other, as soon as a lane is free
 * @param lanes how many at a time
 * @param work on one item; it calls `check` now and then, which throws when another lane has failed
 * @throws the first failure, when all lanes have ended
 */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  work: (item: Item, check: () => void) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const failures: unknown[] = [];
  const check = (): void => {
    if (failures.length > 0) throw failures[0];
  };
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && failures.length === 0; item = waiting.shift()) {
      try {
        await work(item, check);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
