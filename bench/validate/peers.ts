import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A scanner that people use. */
export interface Peer {
  readonly name: string;
  readonly version: string;
  readonly command: (path: string) => readonly string[];
  /** Cases that it cannot read at all. */
  readonly cannot: ReadonlySet<string>;
}

const home = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'ml-deploy', 'bench-scanners');
const names = ['picklescan', 'fickling', 'modelscan', 'modelaudit'] as const;

/**
 * The newest releases of the other scanners, from PyPI, in a virtual environment of their own that is kept. Where `MLDEPLOY_SCANNERS`
 * names such an environment, that one is used as it is.
 */
export function installPeers(): Peer[] {
  const given = process.env['MLDEPLOY_SCANNERS'];
  const folder = given ?? home;
  const bin = (name: string): string => join(folder, 'bin', name);
  if (given === undefined) {
    if (!existsSync(bin('python'))) execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
    execFileSync(bin('pip'), ['install', '--quiet', '--upgrade', ...names], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  }
  const version = (name: string): string => {
    const told = execFileSync(bin('pip'), ['show', name], { encoding: 'utf8' });
    return /^Version: (.*)$/m.exec(told)?.[1] ?? 'unknown';
  };
  const commands: Readonly<Record<(typeof names)[number], (path: string) => readonly string[]>> = {
    picklescan: (path) => [bin('picklescan'), '-p', path],
    fickling: (path) => [bin('fickling'), '--check-safety', path],
    modelscan: (path) => [bin('modelscan'), '-p', path],
    modelaudit: (path) => [bin('modelaudit'), 'scan', '--no-cache', path],
  };
  const cannot: Readonly<Record<string, readonly string[]>> = {
    picklescan: ['safetensors'],
    fickling: ['safetensors', 'torch', 'thousand'],
    modelscan: ['safetensors'],
  };
  return names.map((name) => ({
    name,
    version: version(name),
    command: commands[name],
    cannot: new Set(cannot[name] ?? []),
  }));
}

/** No telemetry while we measure, and no colours. */
export const peerEnvironment = {
  ...process.env,
  PROMPTFOO_DISABLE_TELEMETRY: '1',
  NO_ANALYTICS: '1',
  MODELAUDIT_NO_TELEMETRY: '1',
  NO_COLOR: '1',
};
