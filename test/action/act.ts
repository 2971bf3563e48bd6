import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { goBuild } from '../cluster/build/go-build.ts';
import { act as recipe } from '../cluster/build/recipes/act.ts';
import { CommandError, sh } from '../cluster/shell.ts';
import { repositoryRoot } from '../cluster/state.ts';
import { bundle } from '../hosts/host-project.ts';

/** What act said about a workflow. */
export interface ActRun {
  readonly succeeded: boolean;
  readonly log: string;
}

/**
 * Runs a workflow in a repository with act, on this machine and without containers. `uses: ./` finds the Action in the repository's root.
 * @param folder the repository; the Action's files are added to it
 * @param workflow text of the workflow
 * @param env variables of the jobs
 */
export async function runAct(folder: string, workflow: string, env: Record<string, string> = {}): Promise<ActRun> {
  const { bin } = await goBuild(recipe, (line) => process.stdout.write(`${line}\n`));
  cpSync(join(repositoryRoot, 'action.yml'), join(folder, 'action.yml'));
  cpSync(bundle, join(folder, 'dist'), { recursive: true });
  mkdirSync(join(folder, '.github/workflows'), { recursive: true });
  writeFileSync(join(folder, '.github/workflows/test.yml'), workflow);
  const git = (...args: string[]): Promise<unknown> =>
    sh('git', [
      '-C',
      folder,
      '-c',
      'safe.directory=*',
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@example.test',
      ...args,
    ]);
  await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('commit', '-q', '-m', 'test');
  await git('remote', 'add', 'origin', 'https://example.test/acme/fraud.git');
  // act runs whatever `node` is on PATH: it must be this one.
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const args = ['push', '-P', 'ubuntu-latest=-self-hosted', '--directory', folder, ...variables];
  try {
    const { stdout, stderr } = await sh(join(bin, 'act'), args, {
      cwd: folder,
      env: { ...process.env, PATH: path, XDG_CACHE_HOME: join(folder, '.cache'), HOME: folder, ACT: '' },
      timeout: 480_000,
    });
    return { succeeded: true, log: stdout + stderr };
  } catch (error) {
    if (error instanceof CommandError) return { succeeded: false, log: error.stdout + error.stderr };
    throw error;
  }
}
