import type { Command } from '../command.ts';
import { deployCommand } from './deploy.ts';
import { initCommand } from './init.ts';
import { buildCommand, rolloutCommand, smokeCommand } from './stages.ts';
import { validateCommand } from './validate.ts';

/** All commands, in the order in which `--help` lists them. */
export const commands: readonly Command[] = [
  deployCommand,
  validateCommand,
  buildCommand,
  smokeCommand,
  rolloutCommand,
  initCommand,
];
