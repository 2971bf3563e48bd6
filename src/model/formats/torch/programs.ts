import type { ArchiveKind } from '../../archives/kind.ts';

/** PyTorch archives that are programs: inconclusive whatever is in them; their pickles are read all the same. */
export const torchPrograms: readonly ArchiveKind[] = [
  program(
    'torch-export',
    'an exported PyTorch program',
    ['pt2'],
    /(^|\/)(archive_format|serialized_exported_program\.json)$/,
  ),
  program('torchscript', 'a TorchScript program', ['pt', 'pth', 'ptl', 'torchscript'], /\/constants\.pkl$/),
  program('torch-package', 'a torch.package archive', ['pt'], /\/\.data\/extern_modules$/),
];

function program(id: string, title: string, extensions: readonly string[], mark: RegExp): ArchiveKind {
  return {
    id,
    title,
    extensions,
    matches: (names) => [...names].some((name) => mark.test(name)),
    open: async (context, members) => (await import('./program-reader.ts')).readProgram(id, title, context, members),
  };
}
