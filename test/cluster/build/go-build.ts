import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cacheFolder, cacheKey } from './cache.ts';
import { goMod, toolsGo, type ModFile } from './go-module.ts';
import { withLock } from './lock.ts';
import { withProgress, type OnProgress } from './progress.ts';
import type { Built, Recipe } from './recipe.ts';

const run = promisify(execFile);

/** Settings that must not leak in from the caller's shell: the result depends on the recipe alone. */
const goEnvironment = {
  ...process.env,
  HOME: homedir(), // go wants it for its caches; a bare service may run without
  CGO_ENABLED: '0',
  GOFLAGS: '-buildvcs=false',
  GOWORK: 'off',
  GOTOOLCHAIN: 'auto', // a module that wants a newer Go gets it from the module proxy
  GOOS: 'linux',
};

/**
 * Where a recipe's programs are, or would be.
 * @param recipe what is built
 * @returns folders inside the user's cache; they need not exist
 */
export function builtFolder(recipe: Recipe): Built {
  const decisive = { ...recipe, seconds: undefined };
  const folder = join(cacheFolder(), `${recipe.name}-${recipe.version}-${cacheKey([decisive, process.arch])}`);
  return { bin: join(folder, 'bin'), files: join(folder, 'files') };
}

/**
 * Tells whether a recipe is already built.
 * @param recipe what is built
 * @returns true when nothing has to be compiled
 */
export function isBuilt(recipe: Recipe): boolean {
  return existsSync(builtFolder(recipe).bin);
}

/**
 * Name under which a build reports its progress and its duration is remembered.
 * @param recipe what is built
 * @returns e.g. `build coredns v1.12.4`
 */
export function buildLabel(recipe: Recipe): string {
  return `build ${recipe.name} ${recipe.version}`;
}

/**
 * Builds a recipe's programs into the user's cache, unless they are there. One build runs at a time per user, whichever checkout asked.
 * @param recipe what to build
 * @param onProgress receives a line every three seconds
 * @returns where the programs are
 * @throws Error with the compiler's last lines when the build fails
 */
export async function goBuild(recipe: Recipe, onProgress: OnProgress): Promise<Built> {
  const built = builtFolder(recipe);
  if (existsSync(built.bin)) return built;
  const label = buildLabel(recipe);
  const waiting = (seconds: number): void => onProgress(`${label}: another build is running, waited ${seconds} s`);
  return withLock(join(cacheFolder(), 'build.lock'), waiting, async () => {
    if (existsSync(built.bin)) return built;
    await withProgress(label, recipe.seconds, onProgress, (detail) => build(recipe, built, detail));
    return built;
  });
}

async function build(recipe: Recipe, built: Built, detail: (text: string) => void): Promise<void> {
  const target = join(built.bin, '..');
  const work = `${target}.work`; // only the holder of the lock is here, so a leftover is from an interrupted build
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'source'), { recursive: true });
  mkdirSync(join(work, 'bin'));
  mkdirSync(join(work, 'files'));

  detail('downloading modules');
  const moduleFolder = await patiently(detail, () => writeModule(recipe, join(work, 'source')));
  for (const [program, path] of Object.entries(recipe.packages)) {
    const output = join(work, 'bin', program);
    await patiently(detail, () => compile(recipe, join(work, 'source'), path, output, detail));
  }
  for (const [link, program] of Object.entries(recipe.links ?? {})) symlinkSync(program, join(work, 'bin', link));
  for (const path of recipe.files ?? []) {
    cpSync(join(moduleFolder, path), join(work, 'files', path), { recursive: true });
    await run('chmod', ['-R', 'u+w', join(work, 'files')]); // the module cache is read-only
  }
  rmSync(join(work, 'source'), { recursive: true });
  chmodSync(join(work, 'bin'), 0o755);
  renameSync(work, target);
}

/** What Go says when the network or the module proxy is to blame. */
const passing =
  /i\/o timeout|connection re(?:set|fused)|TLS handshake|unexpected EOF|no such host|temporary failure|stream error|429 Too Many|50[0234] /i;

/** Go asks the module proxy once per module: a moment without network would end a build of half an hour. What is there already is kept. */
async function patiently<T>(detail: (text: string) => void, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= 4 || !passing.test(String(error))) throw error;
      detail(`the network failed, try ${attempt + 1} of 4 follows`);
      await delay(attempt * 10_000);
    }
  }
}

/** Writes our module around the recipe's and returns the folder of the recipe's module. */
async function writeModule(recipe: Recipe, folder: string): Promise<string> {
  const options = { cwd: folder, env: goEnvironment, maxBuffer: 64 << 20 };
  const { stdout } = await run('go', ['mod', 'download', '-json', `${recipe.module}@${recipe.version}`], options);
  const download = JSON.parse(stdout) as { Dir: string; GoMod: string };
  const own = JSON.parse((await run('go', ['mod', 'edit', '-json', download.GoMod], options)).stdout) as ModFile;
  writeFileSync(join(folder, 'go.mod'), goMod(recipe, own));
  const sums = join(download.Dir, 'go.sum');
  if (existsSync(sums)) writeFileSync(join(folder, 'go.sum'), readFileSync(sums));
  const tools = toolsGo(recipe);
  if (tools) writeFileSync(join(folder, 'tools.go'), tools);
  if (recipe.main) writeFileSync(join(folder, 'main.go'), recipe.main);
  return download.Dir;
}

async function compile(
  recipe: Recipe,
  folder: string,
  path: string,
  output: string,
  detail: (text: string) => void,
): Promise<void> {
  const flags = ['-mod=mod', '-trimpath', '-v', '-ldflags', `-s -w ${recipe.ldflags ?? ''}`.trim()];
  if (recipe.tags) flags.push('-tags', recipe.tags.join(','));
  // setpriv: the compiler must not go on after we were killed. nice: others use this machine too.
  const command = ['--pdeathsig', 'TERM', 'nice', '-n', '10', 'go', 'build', ...flags, '-o', output, path];
  const go = spawn('setpriv', command, { cwd: folder, env: goEnvironment, stdio: ['ignore', 'ignore', 'pipe'] });
  const last: string[] = [];
  let packages = 0;
  createInterface(go.stderr).on('line', (line) => {
    last.push(line);
    if (last.length > 40) last.shift();
    if (line.startsWith('go: ')) {
      detail(line.slice(4, 84));
    } else {
      packages += 1;
      detail(`${packages} packages compiled, now ${line.slice(0, 60)}`);
    }
  });
  const [code] = (await once(go, 'close')) as [number | null];
  if (code !== 0) throw new Error(`go build ${path} failed (exit ${code ?? 'by signal'}):\n${last.join('\n')}`);
}
