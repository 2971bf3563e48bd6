/**
 * A linear congruential generator: the numbers only have to differ and to be the same in every run.
 * @param seed chooses the sequence
 * @returns a function that gives the next number, from 0 up to 1
 */
export function sequence(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
