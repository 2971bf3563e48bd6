import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { hideSecrets, isSecretName } from '../pipeline/hide-secrets.ts';
import { masksOf } from '../pipeline/masks.ts';
import type { Access, StageContext } from '../pipeline/stage.ts';
import { evidenceFolder } from '../pipeline/store.ts';
import { serverLogName } from '../report/smoke-checks.ts';
import type { MemorySample } from './memory-trend.ts';

/** What is kept of a test beside its evidence, for people and plots. */
export interface Records {
  /** What was seen on the GPUs; null: nobody looked. */
  readonly gpu: Table | null;
  readonly memory: readonly MemorySample[];
  /** What the server printed; empty: nothing, or nobody could look. */
  readonly log: readonly string[];
}

/** A heading and rows. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/**
 * What a server may print and nobody may read: what this program was given, and what the configuration gives to the server.
 * @param config with `deploy.env`
 * @param access to what this program was given
 * @returns values in every form in which they might be shown
 */
export function secretValues(config: Config, access: Access): readonly string[] {
  const own = Object.entries(config.deploy.env).flatMap(([name, value]) => (isSecretName(name) ? masksOf(value) : []));
  return [...(access.secrets?.() ?? []), ...own];
}

/** Writes the files; what this test does not have is removed, since a file of an earlier one would tell the wrong story. */
export async function keepRecords({ config, access }: StageContext, { gpu, memory, log }: Records): Promise<void> {
  const folder = evidenceFolder(access.root, config.environment);
  const secrets = secretValues(config, access);
  const samples: Table = {
    columns: ['requests', 'memory_bytes'],
    rows: memory.map(({ requests, bytes }) => [requests, bytes]),
  };
  const files: readonly (readonly [name: string, text: string | null])[] = [
    ['smoke-gpu.csv', gpu === null ? null : csvOf(gpu)],
    ['smoke-memory.csv', memory.length === 0 ? null : csvOf(samples)],
    [serverLogName, log.length === 0 ? null : hideSecrets(`${log.join('\n')}\n`, secrets)],
  ];
  for (const [name, text] of files) {
    const file = join(folder, name);
    if (text === null) {
      await rm(file, { force: true });
      continue;
    }
    await mkdir(folder, { recursive: true });
    await writeFile(file, text);
  }
}

/** CSV as RFC 4180 has it: a heading, CRLF, quotes where a value needs them; nothing for null. */
export function csvOf({ columns, rows }: Table): string {
  const field = (value: string | number | null): string => {
    const text = String(value ?? '');
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
