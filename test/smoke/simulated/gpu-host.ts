import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Config } from '../../../src/config/config.ts';
import type { BuildEvidence, SmokeEvidence } from '../../../src/pipeline/evidence.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { machine } from '../../gpu/machine.ts';
import { project } from '../fixture/project.ts';

/** The digest that the simulated registry has. */
export const digest = `sha256:${'a'.repeat(64)}`;

export interface GpuHost {
  readonly state: string;
  /** Root of a file system with this machine's devices, modules and bus. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Every command line of the engine so far. */
  commands(): string[][];
  /** Names of the containers that are there. */
  containers(): string[];
  /** Writes a file that the simulators read. */
  set(file: string, text: string): void;
  forget(file: string): void;
  /** Reads a file that the simulators have written. */
  read(file: string): string;
  /** Takes a simulated program away: the machine's own is found. */
  without(program: string): void;
  /** Writes a program of the machine. */
  readonly program: (name: string, script: string) => void;
}

/** A machine with simulated engines, a simulated driver that prints this document, and a kernel log. */
export function gpuHost(xml: string | null, listing = ''): GpuHost {
  const here = machine();
  const state = path.join(here.bin, '../state');
  mkdirSync(state);
  const set = (file: string, text: string) => writeFileSync(path.join(state, file), text);
  set('image', '');
  set('runtimes', '{"nvidia":{"path":"nvidia-container-runtime"},"runc":{"path":"runc"}}');
  set('version-docker', '27.0.0');
  set('version-podman', '5.6.0');
  set('dmesg', '');
  const simulator = (name: string) => path.join(import.meta.dirname, name);
  for (const engine of ['docker', 'podman']) {
    here.program(engine, `exec ${simulator('docker.sh')} ${state} ${engine} ${process.execPath} "$@"`);
  }
  if (xml !== null) {
    set('smi.xml', xml);
    set('smi.list', listing);
    here.program('nvidia-smi', `exec ${simulator('nvidia-smi.sh')} ${state} ${process.execPath} "$@"`);
  }
  here.program(
    'nvidia-ctk',
    `case "$*" in "cdi list") cat ${state}/cdi 2>/dev/null ;; *) echo 'NVIDIA Container Toolkit CLI version 1.17.8' ;; esac`,
  );
  here.program('journalctl', 'exit 1');
  here.program(
    'dmesg',
    `[ -f ${state}/dmesg-denied ] && { echo 'dmesg: read kernel buffer failed: Operation not permitted' >&2; exit 1; }
[ "$1" = --kernel ] && { echo "[    0.000000] Linux version"; cat ${state}/dmesg; }`,
  );
  const lines = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
  return {
    state,
    root: here.root,
    environment: here.environment,
    commands: () => lines(path.join(state, 'commands')).map((line) => line.split('\t')),
    containers: () => (existsSync(path.join(state, 'containers')) ? readdirSync(path.join(state, 'containers')) : []),
    set,
    read: (file) => readFileSync(path.join(state, file), 'utf8').trim(),
    program: here.program,
    without: (program) => {
      rmSync(path.join(here.bin, program));
    },
    forget: (file) => {
      rmSync(path.join(state, file), { force: true });
    },
  };
}

export interface HostProject {
  /** `repository@digest`; the one of the simulated registry unless said. */
  readonly image?: string;
  readonly insecure?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly smoke?: Partial<Config['smoke']>;
  readonly resources?: Partial<Config['resources']>;
  readonly server?: Partial<Config['server']>;
  readonly evidence?: StageContext['evidence'];
}

/** A project whose image was built and is now tested on this host. */
export function hostProject(host: Pick<GpuHost, 'environment'>, wish: HostProject = {}): StageContext {
  const base = project({ runtime: 'docker', device: 'require-gpu', requests: 3, ...wish.smoke });
  const reference = wish.image ?? `registry.example/sum@${digest}`;
  const build = { image: { reference }, modelDigest: 'sha256:m' } as BuildEvidence;
  const gpu = { count: 1, memory: null };
  return {
    ...base,
    config: {
      ...base.config,
      image: { ...base.config.image, insecure: wish.insecure ?? false },
      resources: { ...base.config.resources, gpu, ...wish.resources },
      server: { ...base.config.server, ...wish.server },
      deploy: { ...base.config.deploy, env: wish.env ?? {} },
    },
    access: { ...base.access, environment: host.environment },
    evidence: { build, ...wish.evidence },
  };
}

/** Checks that failed. */
export function failures(evidence: SmokeEvidence): string[] {
  return evidence.checks.flatMap(({ id, verdict }) => (verdict === 'failed' ? [id] : []));
}
