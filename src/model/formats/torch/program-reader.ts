import { Raw, type ArchiveReader } from '../../archives/kind.ts';
import type { Member } from '../../archives/member.ts';
import { memberContent } from '../../archives/read-member.ts';
import { Findings } from '../../findings.ts';
import { Rulings } from '../../pickle/rulings.ts';
import { printable } from '../../../printable.ts';
import type { InspectContext, Inspector } from '../format.ts';
import { TorchPickle } from './pickle.ts';

/** Reads an archive that is a program. */
export function readProgram(
  id: string,
  title: string,
  context: InspectContext,
  members: readonly Member[],
): ArchiveReader {
  return {
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
  };
}

function script(context: InspectContext, name: string): Inspector {
  const findings = new Findings(context.findings.within(`member ${printable(name)}`));
  const pickle = new TorchPickle(findings, new Rulings(context.policy), true);
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
