import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inOrder } from '../../src/model/in-order.ts';

describe('work in order', () => {
  it('gives the results in order, whatever ends first, and never more at a time than is said', async () => {
    let running = 0;
    let most = 0;
    const items = Array.from({ length: 30 }, (_, index) => ({ bytes: 10, index }));
    const results = await inOrder(items, async ({ index }) => {
      most = Math.max(most, ++running);
      await wait((index * 7) % 5);
      running--;
      return index;
    });
    expect(results).toEqual(items.map(({ index }) => index));
    expect(most).toBe(4);
  });

  it('does large or unknown ones alone', async () => {
    let running = 0;
    for (const bytes of [1e9, null]) {
      await inOrder([{ bytes }, { bytes }, { bytes }], async () => {
        expect(++running).toBe(1);
        await wait(1);
        running--;
      });
    }
  });

  it('stops at the first failure', async () => {
    const done: number[] = [];
    const items = Array.from({ length: 20 }, (_, index) => ({ bytes: 1, index }));
    const work = ({ index }: { index: number }): Promise<void> => {
      done.push(index);
      return index === 2 ? Promise.reject(new Error('two')) : Promise.resolve();
    };
    await expect(inOrder(items, work)).rejects.toThrow('two');
    expect(done).toEqual([0, 1, 2, 3]);
  });
});
