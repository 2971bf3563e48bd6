import { resolve } from 'node:path';
import { exitCodes, MlDeployError } from '../../errors.ts';
import type { Credentials } from '../../oci/credentials.ts';
import type { RegistryClient } from '../../oci/registry.ts';
import { plural } from '../../plural.ts';
import { bytes as formatBytes } from '../../report/format.ts';
import type { Command, Invocation } from '../command.ts';
import { outputOptions } from '../options.ts';
import { withSession, type Session } from '../session.ts';

/** `ml-deploy fetch`: the program of the init container of `image.weights: init`. */
export const fetchCommand: Command = {
  description:
    'The program of the init container of image.weights: init; it also works anywhere else. It writes the model that `ml-deploy build` put beside its image into a folder. Every layer is compared with its digest, and every file with the digest that the build knew of it, before it is moved into the folder. Run again, it fetches only the layers that are missing or damaged.',
  arguments: [{ name: '<REFERENCE>', description: 'repository@sha256:..., weights.reference in build.json' }],
  options: [
    { flags: '--to <dir>', description: 'folder for the files of the model; it is made when it does not exist' },
    { flags: '--insecure', description: 'the registry speaks plain HTTP' },
    ...outputOptions,
  ],
  examples: [
    {
      line: `ml-deploy fetch ghcr.io/acme/fraud@sha256:${'0'.repeat(64)} --to model`,
      does: 'the model of a deployed revision, as its pods have it',
    },
  ],
  endings: { 0: 'the model lies in the folder, and is what was built' },
  run: (invocation) =>
    withSession(invocation, invocation.host.cwd, (session) => fetch(invocation, session), { changesNothing: true }),
};

async function fetch({ arguments: names, options, host }: Invocation, session: Session): Promise<number> {
  const { access, reporter, signal } = session;
  const [name = ''] = names;
  const to = options.text('to');
  if (to === null) throw usage('the option --to is missing');
  const [repositoryName = '', digest = ''] = name.replace(/^oci:\/\//, '').split('@');
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw usage(`${name} names no digest: expected repository@sha256:...`);
  const [
    { RegistryClient: Client },
    { parseRepository },
    { findCredentials },
    { pullSecrets },
    { firstThatMay },
    { fetchModel },
  ] = await Promise.all([
    import('../../oci/registry.ts'),
    import('../../oci/repository.ts'),
    import('../../oci/credentials.ts'),
    import('../../oci/pull-secrets.ts'),
    import('../../oci/pull/first-that-may.ts'),
    import('../../oci/pull/fetch-model.ts'),
  ]);
  const place = parseRepository(repositoryName);
  const secrets = host.environment['MLDEPLOY_REGISTRY_SECRETS'] ?? '';
  const clientWith = (credentials: () => Promise<Credentials | null>): RegistryClient =>
    new Client({
      repository: place,
      insecure: options.flag('insecure'),
      credentials,
      signal,
      onRetry: (why) => reporter.note('info', `${place.host}: ${why}, trying again`),
    });
  const found = secrets === '' ? [] : await pullSecrets(secrets, place, (why) => reporter.note('warning', why));
  const client =
    secrets === ''
      ? clientWith(() => findCredentials(place.host, access))
      : await firstThatMay(
          (found.length === 0 ? [null] : found).map((each) => clientWith(() => Promise.resolve(each))),
          digest,
        );
  const task = reporter.task(`Fetch the model of ${name}`);
  let done = 0;
  const onBytes = (more: number, total: number): void => {
    done += more;
    task.update(`${formatBytes(done)} of ${formatBytes(total)}`, done / Math.max(total, 1));
  };
  const began = performance.now();
  const onWait = (): void =>
    reporter.note(
      'info',
      `another ml-deploy fetch is at work on ${to}: waiting until it ends, or shows no sign of life`,
    );
  const watch = { onBytes, onWait, signal };
  const model = await fetchModel(client, digest, resolve(host.cwd, to), watch).catch((error: unknown) => {
    task.fail();
    throw signal.aborted ? signal.reason : error;
  });
  const seconds = (performance.now() - began) / 1000;
  task.done(formatBytes(model.bytes));
  reporter.close();
  const kept = model.keptBytes === 0 ? '' : `, ${formatBytes(model.keptBytes)} of it there before`;
  const text = `${model.modelDigest}: ${plural(model.files, 'file')}, ${formatBytes(model.bytes)}${kept}, all digests as built, in ${seconds.toFixed(1)} s`;
  host.stdout.write(options.text('format') === 'json' ? `${JSON.stringify(model)}\n` : `${text}\n`);
  return exitCodes.ok;
}

function usage(message: string): MlDeployError {
  return new MlDeployError({ code: 'cli/bad-option', kind: 'usage', message, hint: 'See ml-deploy fetch --help' });
}
