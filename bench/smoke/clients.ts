import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { SmokeEvidence, TimeQuantiles } from '../../src/pipeline/evidence.ts';
import { quantiles } from '../../src/smoke/quantiles.ts';
import { buildEvidence } from '../../test/pipeline/evidence.ts';

const execute = promisify(execFile);
const entry = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

/** What is asked, by whichever client. */
export interface Question {
  readonly port: number;
  readonly path: string;
  readonly body: string;
  readonly requests: number;
  readonly concurrency: number;
  /** What the answer's numbers are at, as a JSONPath. */
  readonly answer: string;
}

/** One run of a client. */
export interface Told {
  readonly times: TimeQuantiles;
  /** Of the whole program, milliseconds. */
  readonly wallMs: number;
}

/** Something that asks a server and tells how long it took. */
export interface Client {
  readonly id: string;
  /** What its times are rounded to, milliseconds. */
  readonly resolutionMs: number;
  ask(question: Question, folder: string): Promise<Told>;
}

/** `ml-deploy smoke`, whole, as a user runs it. */
export const ours: Client = {
  id: 'ml-deploy',
  resolutionMs: 0.01,
  ask: async ({ port, path, body, requests, concurrency, answer }, folder) => {
    const request = { path, body, answer };
    const config = {
      version: 1,
      name: 'bench',
      model: { path: 'model/' },
      server: { type: 'custom', protocol: 'http', port, request },
      image: { repository: 'example.org/bench' },
      smoke: { runtime: 'process', url: `http://127.0.0.1:${port}`, device: 'cpu', requests, concurrency },
    };
    mkdirSync(join(folder, '.mldeploy/default'), { recursive: true });
    // JSON is YAML, too.
    writeFileSync(join(folder, 'mldeploy.yaml'), JSON.stringify(config));
    writeFileSync(
      join(folder, '.mldeploy/default/build.json'),
      JSON.stringify({ ...buildEvidence(), project: 'bench' }),
    );
    const began = performance.now();
    // A check that fails (a bare server refuses little) is no matter here.
    const env = { ...process.env, KUBECONFIG: '/nowhere' };
    await execute(process.execPath, [entry, 'smoke', '--quiet'], { cwd: folder, env }).catch(() => null);
    const wallMs = performance.now() - began;
    const said = JSON.parse(readFileSync(join(folder, '.mldeploy/default/smoke.json'), 'utf8')) as SmokeEvidence;
    const times = said.volatile.latencyMs;
    if (times?.count !== requests)
      throw new Error(`ml-deploy measured ${times?.count ?? 0} of ${requests}: ${said.summary}`);
    return { times, wallMs };
  },
};

/** `hey` (github.com/rakyll/hey v0.1.4): its CSV has every time, in tenths of milliseconds. */
export const hey: Client = {
  id: 'hey',
  resolutionMs: 0.1,
  ask: async ({ port, path, body, requests, concurrency }) => {
    const began = performance.now();
    const flags = ['-n', `${requests}`, '-c', `${concurrency}`, '-m', 'POST', '-T', 'application/json', '-d', body];
    const { stdout } = await execute(heyProgram(), [...flags, '-o', 'csv', `http://127.0.0.1:${port}${path}`], {
      maxBuffer: 2 ** 28,
    });
    const wallMs = performance.now() - began;
    const rows = stdout.trim().split('\n').slice(1);
    const times = quantiles(rows.map((row) => Number(row.split(',')[0]) * 1000));
    if (times?.count !== requests) throw new Error('hey lost requests');
    return { times, wallMs };
  },
};

/** `wrk` 4.1.0 with a script that prints every time with its count; it asks for a time, not for a number. */
export const wrk: Client = {
  id: 'wrk',
  resolutionMs: 0.001,
  ask: async ({ port, path, body, requests, concurrency }, folder) => {
    const script = join(folder, 'wrk.lua');
    writeFileSync(
      script,
      `wrk.method = "POST"
wrk.body = '${body}'
wrk.headers["content-type"] = "application/json"
function done(summary, latency, requests)
  for index = 1, #latency do
    local value, count = latency(index)
    print("time " .. value .. " " .. count)
  end
end
`,
    );
    const began = performance.now();
    // As long as the others take for so many requests.
    const seconds = Math.max(1, Math.round(((requests / concurrency) * (await oneMs(port, path, body))) / 1000));
    const url = `http://127.0.0.1:${port}${path}`;
    const { stdout } = await execute('wrk', ['-t1', `-c${concurrency}`, `-d${seconds}`, '-s', script, url], {
      maxBuffer: 2 ** 28,
    });
    const all = [...stdout.matchAll(/^time (\d+) (\d+)$/gm)].flatMap(([, value, count]) =>
      Array.from({ length: Number(count) }, () => Number(value) / 1000),
    );
    const times = quantiles(all);
    if (times === null) throw new Error('wrk told no times');
    return { times, wallMs: performance.now() - began };
  },
};

async function oneMs(port: number, path: string, body: string): Promise<number> {
  const began = performance.now();
  for (let sent = 0; sent < 20; sent++) {
    const headers = { 'content-type': 'application/json' };
    await (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body, headers })).text();
  }
  return (performance.now() - began) / 20;
}

/** Where Go installs it, or the one on the path. */
function heyProgram(): string {
  const installed = join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin/hey');
  return existsSync(installed) ? installed : 'hey';
}
