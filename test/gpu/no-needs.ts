import type { GpuNeeds } from '../../src/gpu/needs.ts';

/** Any GPU will do. */
export const noNeeds: GpuNeeds = {
  count: 1,
  memoryBytes: null,
  weightsBytes: null,
  weightsNote: '',
  weightsCertain: false,
  capability: null,
  advised: null,
  driver: null,
  engine: null,
};
