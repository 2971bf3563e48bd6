import { again, regular, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const tarRules = {
  'tar/header': rule(
    'medium',
    'inconclusive',
    'Readers disagree on what such an archive contains, or stop here.',
    again,
    {
      cwe: [1286],
      bad: 'a header whose checksum is wrong',
      good: 'the header with its checksum',
    },
  ),
  'tar/truncated': rule('medium', 'inconclusive', 'Part of the archive is missing.', again, {
    bad: 'the first half of a download',
    good: 'the whole file',
  }),
  'tar/path': rule('high', 'unsafe', 'Unpacking such an archive writes files outside of its folder.', rewrite, {
    cwe: [22],
    cve: ['CVE-2007-4559', 'CVE-2025-12060'],
    bad: 'a member ../../.bashrc',
    good: 'a member model_config.yaml',
  }),
  'tar/link': rule(
    'high',
    'unsafe',
    'Unpacking a link lets the next member write, or the loader read, anywhere.',
    rewrite,
    {
      cwe: [59, 61],
      cve: ['CVE-2025-12060', 'CVE-2025-4517'],
      bad: 'a symbolic link weights to /etc, followed by a member weights/passwd',
      good: 'files and folders only',
    },
  ),
  'tar/special': rule('high', 'unsafe', 'Unpacking creates a device or a pipe, which a loader would open.', rewrite, {
    cwe: [59],
    bad: 'a member of type character device',
    good: 'files and folders only',
  }),
  'tar/duplicate': rule(
    'high',
    'unsafe',
    'The last member of a name wins when unpacking, the first for programs that search: they see different files.',
    rewrite,
    {
      cwe: [694],
      bad: 'two members model_weights.ckpt',
      good: 'one member model_weights.ckpt',
    },
  ),
  'tar/name': rule(
    'medium',
    'inconclusive',
    'Such names are different files, or one file, depending on who reads them.',
    rewrite,
    {
      cwe: [178],
      bad: 'members a.pkl and A.pkl',
      good: 'a.pkl alone',
    },
  ),
  'tar/kind': rule('medium', 'inconclusive', 'Its content is not where a plain reader looks for it.', regular, {
    bad: 'a sparse file',
    good: 'the same file with its zeros',
  }),
  'tar/stray-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes that belong to no member are not part of the model; they may be something else.',
    regular,
    {
      bad: 'a second archive behind the end marks of the first',
      good: 'zeros behind the end marks',
    },
  ),
} as const satisfies Record<string, Rule>;
