import { createHash } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { HashCrew } from '../../src/hashing/crew.ts';
import { hashingOf, hashingSoon } from '../../src/hashing/hashing.ts';

/** How many threads the system allows, and how many it was asked for. */
const system = { allows: 0, asked: 0, running: 0 };
const { Worker: Real } = threads;

class Worker extends Real {
  constructor(...given: ConstructorParameters<typeof Real>) {
    system.asked += 1;
    if (system.asked > system.allows) {
      throw Object.assign(new Error('Worker initialization failure: EAGAIN'), { code: 'ERR_WORKER_INIT_FAILED' });
    }
    super(...given);
    system.running += 1;
    this.on('exit', () => (system.running -= 1));
  }
}

/** Also for modules that are loaded already. */
function threadsAre(worker: typeof Real): void {
  Object.assign(threads, { Worker: worker });
  syncBuiltinESMExports();
}

threadsAre(Worker);
afterAll(() => threadsAre(Real));

const large = 1024 * 1024 * 1024;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

beforeEach(() => {
  Object.assign(system, { allows: 0, asked: 0 });
});

it('hashes a large file here where the system allows no thread', async () => {
  hashingSoon(large, 2);
  const hashing = await hashingOf(large, 65_536, 2);
  hashing.buffers[0]?.write('model');
  hashing.update(0, 5);
  await hashing.free(0);
  expect(await hashing.digest()).toBe(sha256('model'));
  await hashing.close();
  expect(system.asked).toBe(1);
});

it.each([0, 2])('hashes layers with the %i threads that the system allows', async (allows) => {
  system.allows = allows;
  const crew = new HashCrew(large, 2, 4);
  expect(system).toEqual({ allows, asked: allows + 1, running: allows });
  const digests = await Promise.all(
    ['first', 'second', 'third'].map(async (text) => {
      const add = crew.stream(text.length);
      const piece = await crew.take();
      piece.bytes.write(text);
      return add(piece, [0, text.length, 1]);
    }),
  );
  expect(digests).toEqual([[sha256('first')], [sha256('second')], [sha256('third')]]);
  await crew.close();
  expect(system.running).toBe(0);
});
