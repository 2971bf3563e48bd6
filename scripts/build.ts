/**
 * Makes dist/: tsc -> ncc (one entry, lazy chunks) -> esbuild minifies the chunks, which ncc leaves as they are. Byte-reproducible:
 * no times, no absolute paths. `--check` builds elsewhere and compares with the committed dist/.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const bin = (name: string): string => join(root, 'node_modules/.bin', name);
const run = (program: string, args: string[]): void => {
  try {
    execFileSync(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  } catch (error) {
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    console.error(`${output}build: ${program.split('/').at(-1) ?? program} failed`);
    process.exit(1);
  }
};

// ncc names modules by their real path: with dependencies from elsewhere it would make another dist/ from the same sources.
if (lstatSync(join(root, 'node_modules')).isSymbolicLink()) {
  console.error('build: node_modules is a link; run `npm ci` in this checkout first.');
  process.exit(2);
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** Builds into `out`, which is emptied first. */
function build(out: string): void {
  const lib = join(root, 'lib');
  rmSync(lib, { recursive: true, force: true });
  run(process.execPath, ['node_modules/typescript-native/bin/tsc', '-p', 'tsconfig.json']);
  // Data files and generated JavaScript travel beside the code that names them with new URL(..., import.meta.url).
  for (const file of filesBelow(join(root, 'src'))) {
    if (/(?<!\.d)\.ts$/.test(file)) continue;
    if (file.endsWith('.d.ts')) continue;
    const target = join(lib, relative(join(root, 'src'), file));
    mkdirSync(join(target, '..'), { recursive: true });
    cpSync(file, target);
  }
  rmSync(out, { recursive: true, force: true });
  // Its cache knows a checkout by its path alone: a clone in the same place gets the assets of the one before, or breaks at them.
  run(bin('ncc'), [
    'build',
    '--no-cache',
    'lib/main.js',
    '-o',
    out,
    '-m',
    '--target',
    'es2022',
    '--license',
    'licenses.txt',
    '--quiet',
  ]);
  const chunks = filesBelow(out).filter((file) => file.endsWith('.index.js'));
  if (chunks.length > 0) {
    const options = [
      '--minify',
      '--keep-names',
      '--format=esm',
      '--target=es2022',
      '--allow-overwrite',
      '--log-level=error',
    ];
    run(bin('esbuild'), [...chunks, ...options, `--outdir=${out}`]);
  }
  rmSync(lib, { recursive: true, force: true });
}

const digests = (folder: string): Map<string, string> =>
  new Map(
    filesBelow(folder).map((file) => [
      relative(folder, file),
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ]),
  );

const dist = join(root, 'dist');
if (process.argv.includes('--check')) {
  const fresh = mkdtempSync(join(tmpdir(), 'ml-deploy-dist-'));
  build(fresh);
  const [committed, rebuilt] = [digests(dist), digests(fresh)];
  const names = [...new Set([...committed.keys(), ...rebuilt.keys()])].sort();
  const stale = names.filter((name) => committed.get(name) !== rebuilt.get(name));
  rmSync(fresh, { recursive: true, force: true });
  if (stale.length > 0) {
    console.error(`dist/ is not what src/ builds to: ${stale.join(', ')}\nRun \`make build\` and commit dist/.`);
    process.exit(1);
  }
  console.log(`dist/ is fresh: ${names.length} files`);
} else {
  build(dist);
  const bytes = filesBelow(dist).reduce((sum, file) => sum + statSync(file).size, 0);
  console.log(`dist/: ${filesBelow(dist).length} files, ${(bytes / 1e6).toFixed(1)} MB`);
}
