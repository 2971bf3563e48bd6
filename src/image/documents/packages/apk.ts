import type { InstalledPackage } from './package.ts';

/**
 * Reads the package list of Alpine and its relatives: `/lib/apk/db/installed`.
 * @param text of the file
 * @returns the packages
 */
export function parseApkInstalled(text: string): InstalledPackage[] {
  return text.split(/\n{2,}/).flatMap((record): InstalledPackage[] => {
    const fields = new Map<string, string>();
    for (const line of record.split('\n')) {
      // Capital letters are fields of the package before its list of files begins.
      if (line.startsWith('F:')) break;
      if (line[1] === ':' && !fields.has(line.charAt(0))) fields.set(line.charAt(0), line.slice(2).trim());
    }
    const name = fields.get('P');
    const version = fields.get('V');
    if (name === undefined || version === undefined) return [];
    const origin = fields.get('o') ?? null;
    const license = fields.get('L');
    return [
      {
        kind: 'apk',
        name,
        version,
        architecture: fields.get('A') ?? null,
        source: origin === name ? null : origin,
        license: license === undefined || license === '' ? null : { name: license },
      },
    ];
  });
}
