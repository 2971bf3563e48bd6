import type { Recipe } from '../recipe.ts';

export const coredns: Recipe = {
  name: 'coredns',
  version: 'v1.12.4',
  module: 'github.com/coredns/coredns',
  packages: { coredns: 'github.com/coredns/coredns' },
  seconds: 150,
};
