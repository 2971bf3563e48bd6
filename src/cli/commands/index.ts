import type { Command, ListedCommand } from '../command.ts';

/** All commands, in the order in which `--help` lists them. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'init',
    summary: 'write mldeploy.yaml for the model in this folder',
    load: async () => (await import('./init.ts')).initCommand,
  },
  {
    name: 'validate',
    summary: 'check that a model is safe to load',
    load: async () => (await import('./validate.ts')).validateCommand,
  },
  {
    name: 'deploy',
    summary: 'validate, build, smoke-test and roll out',
    load: async () => (await import('./deploy.ts')).deployCommand,
  },
  {
    name: 'lock',
    summary: 'pin the base image and the packages in mldeploy.lock',
    load: async () => (await import('./lock.ts')).lockCommand,
  },
  {
    name: 'build',
    summary: 'build and push the serving image',
    load: async () => (await import('./stages.ts')).buildCommand,
  },
  {
    name: 'smoke',
    summary: 'test the built image with real requests',
    load: async () => (await import('./stages.ts')).smokeCommand,
  },
  {
    name: 'rollout',
    summary: 'roll the tested image out as a canary',
    load: async () => (await import('./stages.ts')).rolloutCommand,
  },
  {
    name: 'status',
    summary: 'show what serves a model and how its rollout stands',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    name: 'promote',
    summary: 'let a held rollout go on',
    load: async () => (await import('./continue.ts')).promoteCommand,
  },
  {
    name: 'rollback',
    summary: 'give all traffic back to the stable version',
    load: async () => (await import('./rollback.ts')).rollbackCommand,
  },
  {
    name: 'undo',
    summary: 'go back to an older verified version',
    load: async () => (await import('./undo.ts')).undoCommand,
  },
  {
    name: 'resume',
    summary: 'go on with an unfinished rollout',
    load: async () => (await import('./continue.ts')).resumeCommand,
  },
  {
    name: 'plan',
    summary: 'show what a rollout would do, without doing it',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    name: 'render',
    summary: 'print the Kubernetes objects of a first deploy as YAML',
    load: async () => (await import('./plan.ts')).renderCommand,
  },
  {
    name: 'report',
    summary: 'write the reports again from the evidence on disk',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  {
    name: 'diff',
    summary: 'show what changed between two images',
    load: async () => (await import('./diff.ts')).diffCommand,
  },
  {
    name: 'doctor',
    summary: 'check that this machine has what a deploy needs',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'fetch',
    summary: 'write the model beside an image into a folder (in-cluster)',
    load: async () => (await import('./fetch.ts')).fetchCommand,
  },
  {
    name: 'watchdog',
    summary: 'restore the stable version when an engine dies (in-cluster)',
    load: async () => (await import('./watchdog.ts')).watchdogCommand,
  },
];

/** The same with all that they take and do. */
export function loadedCommands(): Promise<(ListedCommand & Command)[]> {
  return Promise.all(commands.map(async (listed) => ({ ...listed, ...(await listed.load()) })));
}
