import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const fileRules = {
  'file/empty': rule('medium', 'inconclusive', 'An empty file holds no model.', again),
  'file/link': rule(
    'high',
    'inconclusive',
    'A link may lead to other content at the next look.',
    'Replace the link by the file itself.',
  ),
  'file/special': rule(
    'high',
    'inconclusive',
    'Pipes, sockets and devices have no content that could be checked.',
    'Remove it from the model folder.',
  ),
  'file/unreadable': rule(
    'medium',
    'inconclusive',
    'What cannot be read cannot be checked.',
    'Give the user who runs ml-deploy the right to read it.',
  ),
  'file/changed': rule(
    'high',
    'inconclusive',
    'The file changed while it was read; what was checked is not what is there now.',
    'Validate again when nothing writes to the folder.',
  ),
  'file/name': rule(
    'medium',
    'inconclusive',
    'Such names mean different files on different systems.',
    'Rename the file.',
  ),
  'file/limit': rule(
    'medium',
    'inconclusive',
    'More than this is not walked.',
    'Point model.path at the folder of one model.',
  ),
} as const satisfies Record<string, Rule>;
