import { again } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const fileRules = {
  'file/empty': rule('medium', 'inconclusive', 'An empty file holds no model.', again, {
    bad: 'model.pkl of 0 bytes',
    good: 'model.pkl with a model in it',
  }),
  'file/link': rule(
    'high',
    'inconclusive',
    'A link may lead to other content at the next look.',
    'Replace the link by the file itself.',
    {
      cwe: [59],
      bad: 'weights.bin -> /etc/passwd, or a link in a circle',
      good: 'weights.bin -> shards/weights.bin inside the folder',
    },
  ),
  'file/special': rule(
    'high',
    'inconclusive',
    'Pipes, sockets and devices have no content that could be checked.',
    'Remove it from the model folder.',
    { cwe: [67], bad: 'model.pkl is a pipe (mkfifo)', good: 'model.pkl is a file' },
  ),
  'file/unreadable': rule(
    'medium',
    'inconclusive',
    'What cannot be read cannot be checked.',
    'Give the user who runs ml-deploy the right to read it.',
    { bad: 'model.pkl with mode 000', good: 'model.pkl with mode 644' },
  ),
  'file/changed': rule(
    'high',
    'inconclusive',
    'The file changed while it was read; what was checked is not what is there now.',
    'Validate again when nothing writes to the folder.',
    { cwe: [367], bad: 'model.pkl grows while it is read', good: 'a folder that nothing writes to' },
  ),
  'file/name': rule(
    'medium',
    'inconclusive',
    'Such names mean different files on different systems.',
    'Rename the file.',
    { cwe: [176], bad: '`model\\x.pkl`, or a name with a line break', good: '`model-x.pkl`' },
  ),
  'file/left-out': rule(
    'high',
    'inconclusive',
    'What Git, downloads and macOS keep for themselves is neither checked nor packed; a library would read it all the same.',
    'Correct the path, or move what it names to an ordinary folder.',
    {
      cwe: [829],
      bad: '`"base_model_name_or_path": ".git/base"` in a JSON file',
      good: 'a path of an ordinary folder',
    },
  ),
  'file/same-name': rule(
    'medium',
    'inconclusive',
    'On file systems that do not tell case or Unicode forms apart, one of the two files replaces the other.',
    'Rename one of the files.',
    { cwe: [178, 176], bad: '`Model.pkl` and `model.pkl` in one folder', good: '`model-a.pkl` and `model-b.pkl`' },
  ),
  'file/limit': rule(
    'medium',
    'inconclusive',
    'More than this is not walked.',
    'Point model.path at the folder of one model.',
    { cwe: [770], bad: 'a folder of a million files, or folders 1000 deep', good: 'the folder of one model' },
  ),
} as const satisfies Record<string, Rule>;
