import type { ArchiveKind } from '../archives/kind.ts';
import { printable } from '../../printable.ts';

/** `numpy.savez`: a zip archive of arrays. */
export const npz: ArchiveKind = {
  id: 'npz',
  title: 'an archive of NumPy arrays',
  extensions: ['npz'],
  matches: (names) => names.size > 0 && [...names].every((name) => name.endsWith('.npy')),
  open: (context, members) => ({
    member: () => null,
    end: (read) => {
      for (const [name, { format }] of read) {
        if (format === 'npy') continue;
        context.findings.add('format/mismatch', null, `The member ${printable(name)} is no array, but ${format}.`);
      }
      return {
        format: 'npz',
        facts: { arrays: members.length },
        tensors: [...read.values()].flatMap(({ tensors = [] }) => tensors),
      };
    },
  }),
};
