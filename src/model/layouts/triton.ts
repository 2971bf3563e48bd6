import type { Layout } from './layout.ts';

/** Model repositories of Triton: a folder per model, `config.pbtxt` in it, and a numbered folder per version. */
export const triton: Layout = {
  id: 'triton',
  check: async (unit) => {
    const files = unit.named('config.pbtxt');
    if (files.length === 0) return {};
    const { checkRepository } = await import('./triton-repository.ts');
    return checkRepository(unit, files);
  },
};
