import { recordFields, type InstalledPackage } from './package.ts';

/**
 * Reads the package list of Debian and its relatives: `/var/lib/dpkg/status`, or one file of `/var/lib/dpkg/status.d/`, as images
 * without dpkg have them.
 * @param text of the file
 * @returns the packages that are installed
 */
export function parseDpkgStatus(text: string): InstalledPackage[] {
  return text.split(/\n{2,}/).flatMap((record): InstalledPackage[] => {
    const fields = recordFields(record);
    const name = fields.get('Package');
    const version = fields.get('Version');
    // A file of status.d has no such field: being there is being installed.
    const installed = /(^| )installed$/.test(fields.get('Status') ?? 'install ok installed');
    if (name === undefined || version === undefined || !installed) return [];
    const source = /^\S+/.exec(fields.get('Source') ?? '')?.[0] ?? null;
    const architecture = fields.get('Architecture') ?? null;
    return [{ kind: 'deb', name, version, architecture, source: source === name ? null : source, license: null }];
  });
}
