import type { Recipe } from '../recipe.ts';
import { buildkit } from './buildkit.ts';
import { coredns } from './coredns.ts';
import { kubernetes } from './kubernetes.ts';

/** Every component that can be built, by name. */
export const recipes = { kubernetes, buildkit, coredns } satisfies Record<string, Recipe>;

export type ComponentName = keyof typeof recipes;
