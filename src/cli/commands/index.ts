import type { Command } from '../command.ts';
import { promoteCommand, resumeCommand } from './continue.ts';
import { deployCommand } from './deploy.ts';
import { doctorCommand } from './doctor.ts';
import { initCommand } from './init.ts';
import { planCommand, renderCommand } from './plan.ts';
import { reportCommand } from './report.ts';
import { rollbackCommand } from './rollback.ts';
import { buildCommand, rolloutCommand, smokeCommand } from './stages.ts';
import { statusCommand } from './status.ts';
import { undoCommand } from './undo.ts';
import { validateCommand } from './validate.ts';
import { watchdogCommand } from './watchdog.ts';

/** All commands, in the order in which `--help` lists them. */
export const commands: readonly Command[] = [
  initCommand,
  validateCommand,
  deployCommand,
  buildCommand,
  smokeCommand,
  rolloutCommand,
  statusCommand,
  promoteCommand,
  rollbackCommand,
  undoCommand,
  resumeCommand,
  planCommand,
  renderCommand,
  reportCommand,
  doctorCommand,
  watchdogCommand,
];
