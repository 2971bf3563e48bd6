import { dirname, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { defaultConfigName } from '../config/name.ts';
import { MlDeployError } from '../errors.ts';
import type { Access, StageContext } from '../pipeline/stage.ts';
import { evidenceFolder, EvidenceStore } from '../pipeline/store.ts';
import { accessFrom } from './access.ts';
import type { Invocation } from './command.ts';
import type { OptionValues } from './options.ts';
import { chooseReporter } from './reporter/choose.ts';
import type { CommandReporter } from './reporter/choose.ts';
import { requestOf } from './request.ts';
import { watchSignals } from './signals.ts';

/** What every command that does work needs. */
export interface Session {
  readonly reporter: CommandReporter;
  readonly signal: AbortSignal;
  readonly access: Access;
}

/** A session with a configuration. */
export interface ProjectSession extends Session {
  readonly config: Config;
  readonly store: EvidenceStore;
  /** Context of a stage, without the evidence. */
  readonly context: Omit<StageContext, 'evidence'>;
}

export interface SessionOptions {
  /** The command only reads: an interrupt has nothing to bring back. */
  readonly changesNothing?: boolean;
}

/**
 * Runs `work` with a reporter and with SIGINT and SIGTERM turned into an abort. An exit code of a signal wins over that of the work;
 * relative paths start at `root`.
 */
export async function withSession(
  invocation: Invocation,
  root: string,
  work: (session: Session) => Promise<number>,
  { changesNothing = false }: SessionOptions = {},
): Promise<number> {
  const { host, options } = invocation;
  const reporter = chooseReporter(host, options);
  const interruption = watchSignals(
    (message) => reporter.note('warning', message),
    () => reporter.now,
    changesNothing,
  );
  // Node ends when nothing is open, even with work that waits: an answer that never comes must not look like an ending.
  const alive = setInterval(() => undefined, 60_000);
  const access = accessFrom(host.environment, {
    root,
    kubeconfig: options.text('kubeconfig'),
    kubeContext: options.text('context'),
    name: host.name,
    engineImage: options.text('engineImage'),
  });
  try {
    const exitCode = await work({ reporter, signal: interruption.signal, access });
    return interruption.exitCode ?? exitCode;
  } catch (error) {
    if (interruption.exitCode === null) throw error;
    reporter.close();
    const { reportError } = await import('./failure.ts');
    reportError(error, host, options.text('format') === 'json');
    return interruption.exitCode;
  } finally {
    clearInterval(alive);
    interruption.dispose();
    reporter.close();
  }
}

/** The configuration file as it was named. */
export function configName(options: OptionValues): string {
  return options.text('config') ?? defaultConfigName;
}

/** `--image`, which must name one image and not whatever a tag means today. */
function imageOption(options: OptionValues): string | null {
  const image = options.text('image');
  if (image === null || /^\S+@sha256:[0-9a-f]{64}$/.test(image)) return image;
  throw new MlDeployError({
    code: 'cli/image-without-digest',
    kind: 'usage',
    message: `--image ${image} does not name one image: a tag can mean another one tomorrow`,
    hint: 'Write repository@sha256:..., which `ml-deploy build` prints and every registry shows.',
  });
}

function storeOf({ host, options }: Invocation, root: string, { environment }: Config): EvidenceStore {
  const asked = options.text('report');
  const folder = evidenceFolder(root, environment);
  return asked === null ? new EvidenceStore(folder) : new EvidenceStore(folder, resolve(host.cwd, asked));
}

/** As withSession, for commands that need mldeploy.yaml. */
export async function withProject(
  invocation: Invocation,
  work: (session: ProjectSession) => Promise<number>,
): Promise<number> {
  const { host, options } = invocation;
  const file = configName(options);
  const path = resolve(host.cwd, file);
  // The name as it was given is the one that people and editors can click.
  // Commands that read no configuration need not load what reads it.
  const { loadConfig } = await import('../config/load.ts');
  const config = await loadConfig(path, options.text('environment'), file);
  host.listener?.configured(config);
  const root = dirname(path);
  return withSession(invocation, root, (session) => work(projectSession(session, invocation, root, config)));
}

/** The session of a project whose configuration is known. */
export function projectSession(
  { access, reporter, signal }: Session,
  invocation: Invocation,
  root: string,
  config: Config,
): ProjectSession {
  const { options } = invocation;
  return {
    access,
    reporter,
    signal,
    config,
    store: storeOf(invocation, root, config),
    context: { config, access, reporter, signal, image: imageOption(options), request: requestOf(options, access) },
  };
}
