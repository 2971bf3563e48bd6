import { again, regular, rewrite } from './advice.ts';
import { rule, type Rule } from './rule.ts';

export const zipRules = {
  'zip/directory': rule(
    'medium',
    'inconclusive',
    'Readers disagree on what such a file contains, or do not read it.',
    again,
    {
      cwe: [1286],
      bad: 'a PyTorch file with 100 KiB appended behind its end record',
      good: 'the same file as torch.save wrote it',
    },
  ),
  'zip/views-differ': rule(
    'high',
    'unsafe',
    'Every member is described twice in a zip file; programs believe one or the other, so a scanner and a loader would see different files.',
    rewrite,
    {
      cwe: [436],
      cve: ['CVE-2025-1944'],
      bad: 'the directory says data.pkl, the header before the data says other.pkl',
      good: 'both say data.pkl',
    },
  ),
  'zip/hidden-member': rule(
    'high',
    'unsafe',
    'Programs that read the file from front to end find it; programs that use the directory do not.',
    rewrite,
    {
      cwe: [436],
      bad: 'a member between two others that the directory leaves out',
      good: 'every member is in the directory',
    },
  ),
  'zip/duplicate': rule(
    'high',
    'unsafe',
    'Python takes the last member of a name, PyTorch the first: a scanner and a loader would see different files.',
    rewrite,
    {
      cwe: [436, 694],
      bad: 'two members data.pkl',
      good: 'one member data.pkl',
    },
  ),
  'zip/overlap': rule(
    'high',
    'unsafe',
    'Parts that share bytes are how small files unpack to very large ones, and how one content hides in another.',
    rewrite,
    {
      cwe: [409],
      bad: 'a directory of 1000 entries that all lead to the same data',
      good: 'one entry per member',
    },
  ),
  'zip/path': rule('high', 'unsafe', 'Unpacking such an archive writes files outside of its folder.', rewrite, {
    cwe: [22],
    bad: 'a member ../../.bashrc',
    good: 'a member model/config.json',
  }),
  'zip/link': rule(
    'high',
    'unsafe',
    'Unpacking a link lets the next member write, or the loader read, anywhere.',
    rewrite,
    {
      cwe: [59],
      bad: 'a member weights that is a symbolic link to /etc',
      good: 'files and folders only',
    },
  ),
  'zip/flags': rule(
    'high',
    'unsafe',
    'Such bits make scanners give up on a file that loaders read all the same.',
    rewrite,
    {
      cwe: [693],
      cve: ['CVE-2025-1945', 'GHSA-w8jq-xcqf-f792'],
      bad: 'flag bit 0x20 on data.pkl',
      good: 'no flag bits but those for deflate, descriptors and UTF-8',
    },
  ),
  'zip/content': rule(
    'medium',
    'inconclusive',
    'The content is damaged or was changed; some loaders do not notice.',
    again,
    {
      cwe: [354],
      cve: ['CVE-2025-10156'],
      bad: 'data.pkl with a wrong CRC-32',
      good: 'data.pkl with its CRC-32',
    },
  ),
  'zip/stray-bytes': rule(
    'medium',
    'inconclusive',
    'Bytes that belong to no member are not part of the model; they may be something else.',
    regular,
    {
      cwe: [436],
      bad: 'a shell script in front of the archive',
      good: 'an archive that begins with its first member and ends with its end record',
    },
  ),
  'zip/name': rule(
    'medium',
    'inconclusive',
    'Such names are different files, or one file, depending on who reads them.',
    rewrite,
    {
      cwe: [178],
      bad: 'members data.pkl and DATA.PKL',
      good: 'data.pkl alone',
    },
  ),
  'zip/extra': rule('medium', 'inconclusive', 'It is nothing that a model needs, and nobody looks there.', regular, {
    bad: 'an extra field 0x9999 of 4 kB',
    good: 'the padding by which PyTorch aligns its data',
  }),
  'zip/encrypted': rule(
    'medium',
    'inconclusive',
    'What is encrypted cannot be checked.',
    'Unpack the archive with its password and validate its content.',
    {
      bad: 'a zip file with a password',
      good: 'the same file without',
    },
  ),
  'zip/method': rule(
    'medium',
    'inconclusive',
    'Models are stored or deflated; other methods are not unpacked here.',
    regular,
    {
      bad: 'data.pkl packed with PPMd',
      good: 'data.pkl stored as it is',
    },
  ),
  'zip/truncated': rule('medium', 'inconclusive', 'Part of the archive is missing.', again, {
    bad: 'the first half of a download',
    good: 'the whole file',
  }),
} as const satisfies Record<string, Rule>;
