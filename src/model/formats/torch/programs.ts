import { Raw, type ArchiveKind } from '../../archives/kind.ts';
import { memberContent } from '../../archives/read-member.ts';
import { Findings } from '../../findings.ts';
import { printable } from '../../../printable.ts';
import type { InspectContext, Inspector } from '../format.ts';
import { TorchPickle } from './pickle.ts';

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
    open: (context, members) => ({
      member: (member) => {
        if (/\.(pkl|debug_pkl)$/.test(member.name)) return script(context, member.name);
        // Raw tensors and source text are accounted for by the verdict on the whole.
        if (member.name.endsWith('.py') || /\/(data|constants)\/[^/]*$/.test(member.name)) return new Raw();
        return memberContent(context, member, null, true);
      },
      end: () => {
        context.findings.add('torch/program', null, `This is ${title}.`);
        return { format: id, facts: { members: members.length } };
      },
    }),
  };
}

function script(context: InspectContext, name: string): Inspector {
  const findings = new Findings(context.findings.within(`member ${printable(name)}`));
  const pickle = new TorchPickle(findings, context.rulings, true);
  return {
    write: (chunk) => {
      pickle.write(chunk);
    },
    end: () => {
      const inspected = pickle.end();
      context.findings.include(findings);
      return inspected;
    },
  };
}
