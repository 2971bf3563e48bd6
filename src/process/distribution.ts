import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Which commands install packages here: the kind of distribution. */
export type Distribution = 'ubuntu' | 'debian' | 'fedora' | 'rhel' | 'suse' | 'arch' | 'alpine' | 'macos' | 'other';

const byId: Readonly<Record<string, Distribution>> = {
  ubuntu: 'ubuntu',
  debian: 'debian',
  fedora: 'fedora',
  rhel: 'rhel',
  centos: 'rhel',
  suse: 'suse',
  opensuse: 'suse',
  sles: 'suse',
  arch: 'arch',
  alpine: 'alpine',
};

/**
 * The distribution of this machine, or the one that it is made from: os-release(5), `ID` and then `ID_LIKE`.
 * @param root of the file system: `/` but for tests
 * @param platform as `process.platform`
 */
export async function distributionOf(root = '/', platform: string = process.platform): Promise<Distribution> {
  if (platform === 'darwin') return 'macos';
  const text = await readFile(join(root, 'etc/os-release'), 'utf8').catch(() => '');
  const value = (name: string) => new RegExp(`^${name}="?([^"\\n]*)`, 'm').exec(text)?.[1] ?? '';
  const ids = `${value('ID')} ${value('ID_LIKE')}`.toLowerCase().split(/\s+/);
  // `Rocky` is like `rhel centos fedora`: its packages are those of the first.
  const known = ids.map((id) => byId[id] ?? byId[id.split('-')[0] ?? '']).find((each) => each !== undefined);
  return known ?? 'other';
}
