import type { ArchiveKind } from '../../archives/kind.ts';

/** `torch.save`: tensors, state dicts, checkpoints, modules. */
export const torch: ArchiveKind = {
  id: 'torch',
  title: 'a PyTorch file',
  extensions: ['pt', 'pth', 'ckpt'],
  matches: (names) => [...names].some((name) => /(^|\/)data\.pkl$/i.test(name)),
  open: async (context, members) => new (await import('./reader.ts')).TorchReader(context, members),
};
