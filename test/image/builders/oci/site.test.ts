import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

import { environmentEntries } from '../../../../src/image/builders/oci/site.ts';
import { keptLayer, packLayer } from '../../../../src/image/builders/oci/packed-layer.ts';

const python = {
  executable: '/usr/bin/python3.11',
  version: '3.11',
  libc: { kind: 'glibc', version: '2.36' },
} as const;
const points = '[console_scripts]\ntool = pack.main:app.run\n\n[other]\nx = y:z\n';

/** What an installer leaves in the folder of `--target`. */
function target(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mldeploy-target-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const common = { 'pack/__init__.py': 'x = 1\n', 'pack/native.so': 'ELF', 'p-1.dist-info/entry_points.txt': points };

it('is the same whichever installer filled the folder', async () => {
  const uv = target({
    ...common,
    '.lock': '',
    'bin/tool': '#!/home/me/.venv/bin/python\nimport sys\n',
    'bin/extra': '#!/home/me/.venv/bin/python3.13\nprint(1)\n',
    'share/doc/p.txt': 'text',
    'p-1.dist-info/INSTALLER': 'uv',
    'p-1.dist-info/REQUESTED': '',
    'p-1.dist-info/RECORD':
      'bin/extra,sha256=A,9\nbin/tool,sha256=A,1\npack/__init__.py,sha256=B,2\nshare/doc/p.txt,sha256=C,4\np-1.dist-info/INSTALLER,sha256=C,2\np-1.dist-info/RECORD,,\n',
  });
  const pip = target({
    ...common,
    'bin/tool': '#!/usr/bin/python3\nimport re\n',
    'bin/extra': `#!/bin/sh\n'''exec' "/a very/long path/python3.11" "$0" "$@"\n' '''\nprint(1)\n`,
    'share/doc/p.txt': 'text',
    'pack/__pycache__/x.pyc': 'bytes',
    'p-1.dist-info/INSTALLER': 'pip\n',
    'p-1.dist-info/RECORD':
      'pack/__init__.py,sha256=B,2\n../../share/doc/p.txt,sha256=C,4\n../../bin/tool,sha256=Z,222\n../../bin/extra,sha256=Y,9\np-1.dist-info/RECORD,,\n',
  });
  for (const folder of [uv, pip]) chmodSync(join(folder, 'pack/native.so'), 0o755);
  const cache = mkdtempSync(join(tmpdir(), 'mldeploy-cache-'));
  const [first, second] = [
    await packLayer(await environmentEntries([uv], '/venv', python), cache, 'a'),
    await packLayer(await environmentEntries([pip], '/venv', python), cache, 'b'),
  ];
  expect(second.diffId).toBe(first.diffId);
  expect(second.descriptor).toEqual(first.descriptor);
  expect(await keptLayer(cache, 'a')).toMatchObject({ descriptor: first.descriptor, diffId: first.diffId });
  expect(await keptLayer(cache, 'c')).toBeNull();

  const archive = join(cache, 'packages', `${first.descriptor.digest.slice(7)}.tar.zst`);
  const out = mkdtempSync(join(tmpdir(), 'mldeploy-out-'));
  execFileSync('sh', [
    '-c',
    'node -e "process.stdin.pipe(require(\'zlib\').createZstdDecompress()).pipe(process.stdout)" < "$1" | tar -x -C "$2"',
    'sh',
    archive,
    out,
  ]);
  const read = (path: string): string => execFileSync('cat', [join(out, path)]).toString();
  expect(read('venv/bin/tool')).toBe(
    '#!/venv/bin/python\nimport sys\n\nfrom pack.main import app\n\nif __name__ == "__main__":\n    sys.exit(app.run())\n',
  );
  expect(read('venv/bin/extra')).toBe('#!/venv/bin/python\nprint(1)\n');
  expect(read('venv/pyvenv.cfg')).toContain('home = /usr/bin\n');
  expect(read('venv/share/doc/p.txt')).toBe('text');
  const record = read('venv/lib/python3.11/site-packages/p-1.dist-info/RECORD');
  expect(record).toMatch(/^\.\.\/\.\.\/\.\.\/bin\/tool,sha256=[\w-]{43},\d+$/m);
  expect(record).toContain('../../../share/doc/p.txt,sha256=C,4\n');
  const listed = execFileSync('find', [out, '-printf', '%M %P %l\n']).toString();
  expect(listed).toMatch(/^lrwxrwxrwx venv\/bin\/python3 \/usr\/bin\/python3\.11$/m);
  expect(listed).toMatch(/^-rwxr-xr-x venv\/lib\/python3\.11\/site-packages\/pack\/native\.so $/m);
  expect(listed).not.toMatch(/__pycache__|REQUESTED|\.lock/);
});

it('takes the first of two files with one name', async () => {
  const [first, second] = [target({ 'a.py': 'first' }), target({ 'a.py': 'second!', 'b.py': '' })];
  const entries = await environmentEntries([first, second], '/venv', python);
  expect(entries.filter(({ path }) => path.endsWith('.py'))).toMatchObject([
    { path: 'venv/lib/python3.11/site-packages/a.py', size: 5 },
    { path: 'venv/lib/python3.11/site-packages/b.py' },
  ]);
});

it.each(['pack/caf\u00e9.py', 'caf\u00e9/__init__.py'])('refuses a name that is not UTF-8 (%s)', async (name) => {
  const folder = target(common);
  const place = Buffer.from(join(folder, name), 'latin1');
  mkdirSync(place.subarray(0, place.lastIndexOf('/')), { recursive: true });
  writeFileSync(place, 'x');
  await expect(environmentEntries([folder], '/venv', python)).rejects.toMatchObject({
    code: 'build/package-name',
    kind: 'usage',
    message: expect.stringContaining('"') as string,
  });
});
