import { expect, test } from 'vitest';
import { worstFirst } from '../../src/pipeline/worst-first.ts';

const failed = (id: string) => ({ id, title: id, verdict: 'failed', limit: null, message: '' }) as const;

test.each([
  ['a leak before a request that is not refused', ['malformed', 'memory'], 'memory'],
  ['a program that ended before the answers that it owes', ['answers', 'golden', 'alive'], 'alive'],
  ['another image before all that it does', ['alive', 'ready', 'image'], 'image'],
  ['wrong answers before slow ones', ['latency', 'golden', 'slowdown'], 'golden'],
  ['what is known before what is not', ['of-tomorrow', 'edges'], 'edges'],
])('%s', (_, ids, first) => {
  expect(worstFirst(ids.map(failed))[0]?.id).toBe(first);
});
