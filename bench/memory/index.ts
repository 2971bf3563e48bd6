import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from '../validate/measure.ts';
import { hostileFiles } from './hostile.ts';

const entry = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
/** What no file may make `validate` take. MB. */
const goal = 512;
const limitSeconds = 300;

/** Prints the most memory that `validate` takes for files that are made to cost it; true when none takes more than it may. */
export async function run(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'ml-deploy-bench-'));
  try {
    const wanted = process.env['MLDEPLOY_BENCH_CASES']?.split(',');
    let met = true;
    for (const hostile of hostileFiles()) {
      const { title, name } = hostile;
      if (wanted !== undefined && !wanted.some((word) => title.includes(word))) continue;
      const place = join(folder, 'case');
      mkdirSync(place);
      const path = join(place, name);
      hostile.write(path);
      const command = [process.execPath, entry, 'validate', path, '--quiet'];
      const { megabytes, seconds, code } = await measure(
        command,
        { environment: process.env, cwd: folder },
        limitSeconds,
      );
      rmSync(place, { recursive: true });
      const good = megabytes <= goal && code !== null;
      met &&= good;
      console.log(
        `${title.padEnd(48)}${megabytes.toFixed(0).padStart(6)} MB${seconds.toFixed(1).padStart(8)} s  exit ${code ?? '-'}  ${good ? 'met' : 'NOT MET'}`,
      );
    }
    return met;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
