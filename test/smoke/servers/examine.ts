import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { parseConfig } from '../../../src/config/load.ts';
import type { BuildEvidence, SmokeEvidence, ValidateEvidence } from '../../../src/pipeline/evidence.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import { smokeStage } from '../../../src/smoke/stage.ts';
import { project } from '../../image/project.ts';
import { type Defect, defects, type Red, reds } from './defects.ts';
import { type ImageFiles, podmanHost, type PodmanHost } from './podman-host.ts';

/** A real server with a real model. */
export interface Examined {
  readonly name: string;
  /** Its interpreter, which is mounted into the containers. */
  readonly python: () => Promise<string>;
  /** YAML of the keys `model` and `server`. */
  readonly yaml: string;
  /** Makes the model and what else goes into the image, once: the folder is that of a project, with an empty `model`. */
  readonly image: (folder: string, python: string) => Promise<ImageFiles>;
  /** Golden requests: what the model says outside of the server. */
  readonly golden: (folder: string) => object;
  /** Where this server's defects show in another way than those of others; null: this case does not make it. */
  readonly reds?: Partial<Readonly<Record<Defect, Partial<Red> | null>>>;
  /** The defects that are made; all of them, unless said. */
  readonly only?: readonly Defect[];
  /** Files and start of the image that has a defect which no variable makes. */
  readonly otherImages?: Partial<Readonly<Record<Defect, (image: ImageFiles) => ImageFiles>>>;
}

/** A smoke test of the examined server. */
export type SmokeOf = (wish: SmokeWish) => Promise<SmokeEvidence>;

export interface SmokeWish {
  readonly defect?: Defect;
  /** YAML of keys of `smoke`, as a flow mapping without braces. */
  readonly smoke?: string;
}

const failures = ({ checks }: SmokeEvidence): readonly string[] =>
  checks.flatMap(({ id, verdict }) => (verdict === 'failed' ? [id] : []));

/**
 * The whole smoke test in Podman of a server that works, which has to be green, and of the same one with each defect, which has to be red for
 * the right reason and for no other.
 * @param more tests of this server's own
 */
export function examine(server: Examined, more: (smoke: SmokeOf) => void = () => undefined): void {
  const { only = defects } = server;
  const folder = mkdtempSync(join(tmpdir(), `mldeploy-${server.name}-`));
  mkdirSync(join(folder, 'model'));
  let host: PodmanHost;
  let files: ImageFiles;
  let image: string;

  beforeAll(async () => {
    const python = await server.python();
    host = await podmanHost(python);
    files = await server.image(folder, python);
    image = host.image(server.name, files);
    writeFileSync(join(folder, 'golden.json'), JSON.stringify(server.golden(folder)));
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  async function smoke({ defect, smoke: keys }: SmokeWish): Promise<SmokeEvidence> {
    const other = defect === undefined ? undefined : server.otherImages?.[defect];
    const used = other === undefined ? image : host.image(`${server.name}-${defect ?? ''}`, other(files));
    const [repository = ''] = used.split('@');
    const red = defect === undefined ? undefined : redOf(server, defect);
    const settings = { readyTimeout: '90s', requests: '20', stopTimeout: '20s', refusals: '4xx' };
    const own = new Set([keys, red?.smoke].join(', ').match(/\w+(?=:)/g));
    const usual = Object.entries(settings).flatMap(([key, value]) => (own.has(key) ? [] : [`${key}: ${value}`]));
    const yaml = `version: 1
name: scores
${server.yaml}
image: {repository: '${repository}', insecure: true}
resources: {cpu: 1, memory: 2Gi}
deploy: {env: {DEFECT: ${defect ?? 'none'}}}
smoke: {${[...usual, ...[keys, red?.smoke].filter((text) => text !== undefined)].join(', ')}, golden: golden.json, runtime: podman}
`;
    const environment =
      defect === 'wrong-digest'
        ? { ...host.environment, INSTEAD: another(host, files, server.name) }
        : host.environment;
    const base = project({ root: folder, repository, access: { environment } });
    const build = {
      image: { reference: used, platforms: [] },
      modelDigest: base.evidence.validate?.model.digest,
    } as unknown as BuildEvidence;
    const validate = { ...base.evidence.validate, contract: null } as ValidateEvidence;
    const evidence = await smokeStage.run({
      ...base,
      config: parseConfig(yaml, 'mldeploy.yaml', null),
      reporter: silentReporter,
      evidence: { validate, build },
    });
    expect(host.containers()).toBe('');
    return evidence;
  }

  describe(server.name, () => {
    test('with a real model passes every check', async () => {
      const evidence = await smoke({ smoke: 'requests: 120' });
      expect(evidence.checks.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
      const skipped = evidence.checks.flatMap(({ id, verdict }) => (verdict === 'skipped' ? [id] : []));
      // No figures of a stable revision are there to compare with.
      expect([evidence.outcome, skipped]).toEqual(['passed', ['slowdown']]);
    });

    const made = only.filter((defect) => server.reds?.[defect] !== null);
    test.each(made)('%s', async (defect) => {
      const { check, says, logs, also = [] } = redOf(server, defect);
      const evidence = await smoke({ defect });
      const failed = failures(evidence);
      const about = evidence.checks.find(({ id }) => id === check);
      console.log(`${server.name} | ${defect} | ${failed.join(', ')} | ${about?.message ?? ''} | ${evidence.summary}`);
      expect([evidence.outcome, ...failed], evidence.volatile.details.join('\n')).toContain(check);
      expect(failed.filter((id) => id !== check && !also.includes(id))).toEqual([]);
      expect(about?.message).toMatch(says);
      if (logs !== undefined) expect(evidence.volatile.details.join('\n')).toMatch(logs);
      expect([evidence.outcome, evidence.summary.includes(about?.message ?? '')]).toEqual(['failed', true]);
    });

    more(smoke);
  });
}

function redOf(server: Examined, defect: Defect): Red {
  return { ...reds[defect], ...server.reds?.[defect] };
}

/** The same server in an image of another digest. */
function another(host: PodmanHost, files: ImageFiles, name: string): string {
  return host.image(`${name}-other`, { ...files, environment: { ...files.environment, BUILD: 'another' } });
}
