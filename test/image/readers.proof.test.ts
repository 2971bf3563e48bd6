import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { buildStage } from '../../src/image/stage.ts';
import { evidenceFolder } from '../../src/pipeline/store.ts';
import type { BuildEvidence } from '../../src/pipeline/evidence.ts';
import { goBuild } from '../cluster/build/go-build.ts';
import { cosign } from '../cluster/build/recipes/cosign.ts';
import { crane } from '../cluster/build/recipes/crane.ts';
import { oras } from '../cluster/build/recipes/oras.ts';
import { installPackages } from '../cluster/requirements.ts';
import { startRegistry, type RealRegistry } from '../oci/real-registry.ts';
import { startReferringRegistry } from '../oci/referring-registry.ts';
import { keyPair } from '../signing/keys.ts';
import { project } from './project.ts';
import { pushTwoPlatformBase } from './two-platform-base.ts';

const execute = promisify(execFile);

// What we publish, as the tools of others read it.
const root = mkdtempSync(join(tmpdir(), 'mldeploy-readers-'));
const contents: Readonly<Record<string, string>> = {
  'config.json': '{"model_type": "llama"}',
  'model.safetensors': 'weights',
  'sub/größe 1.txt': 'x',
  'line\nbreak.txt': 'y',
};
const platforms = ['linux/amd64', 'linux/arm64'];
let bins: string;

beforeAll(async () => {
  const log = (line: string): void => console.log(line);
  await installPackages(log, { skopeo: 'skopeo' });
  bins = '';
  for (const recipe of [crane, oras, cosign]) bins += `${(await goBuild(recipe, log)).bin}:`;
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(join(root, 'model', path, '..'), { recursive: true });
    writeFileSync(join(root, 'model', path), text);
  }
  const { privateKey, publicKey } = keyPair('P-256');
  writeFileSync(join(root, 'key.pem'), privateKey);
  writeFileSync(join(root, 'key.pub'), publicKey);
}, 3_600_000);

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function tool(name: string, ...args: string[]): Promise<string> {
  const env = { HOME: root, PATH: `${bins}${process.env['PATH'] ?? ''}` };
  // Not in step: one of the registries is this process.
  return (await execute(name, args, { env, cwd: root, timeout: 120_000 })).stdout;
}

async function built(host: string): Promise<BuildEvidence> {
  await pushTwoPlatformBase(`${host}/acme/base`);
  const image = `builder: oci, base: "${host}/acme/base:slim", platform: [${platforms.join()}], artifacts: [modelpack, modelcar], sign: {key: key.pem}`;
  const context = project({ root, repository: `${host}/acme/alphabet`, server: 'type: vllm', image });
  await buildStage.preflight(context);
  return buildStage.run(context);
}

function folder(): string {
  return mkdtempSync(join(root, 'read-'));
}

interface Referrer {
  readonly digest: string;
  readonly artifactType: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

async function referrers(reference: string): Promise<readonly Referrer[]> {
  const listed = await tool('oras', 'discover', '--plain-http', '--format', 'json', reference);
  return (JSON.parse(listed) as { referrers?: Referrer[]; manifests?: Referrer[] }).referrers ?? [];
}

/** A registry that lists referrers itself, and a real one that does not: there they are listed under a tag. */
const registries: Readonly<Record<string, () => Promise<AsyncDisposable & Pick<RealRegistry, 'host'>>>> = {
  'that lists referrers': () => startReferringRegistry({ lists: true }),
  'of Debian, with the list under a tag': () => startRegistry(),
};

describe.each(Object.entries(registries))('from a registry %s', (_, start) => {
  it('the images, the model beside them and all that is attached are read by skopeo, crane, oras and cosign', async () => {
    await using registry = await start();
    const build = await built(registry.host);
    const { repository, reference, digest } = build.image;
    const images = build.image.platforms ?? [];

    // The index and its images. Of layers crane validates those alone that are gzip; it exports all of them below.
    expect((await tool('crane', 'digest', '--insecure', reference)).trim()).toBe(digest);
    for (const { platform, digest: own } of images) {
      expect((await tool('crane', 'digest', '--insecure', '--platform', platform, reference)).trim()).toBe(own);
      expect(await tool('crane', 'validate', '--insecure', '--fast', '--remote', `${repository}@${own}`)).toContain(
        'PASS',
      );
    }
    const copy = folder();
    const flags = ['copy', '--all', '--preserve-digests', '--src-tls-verify=false'];
    await tool('skopeo', ...flags, `docker://${reference}`, `oci:${copy}:all`);
    expect(readFileSync(join(copy, 'index.json'), 'utf8')).toContain(digest);
    const tree = folder();
    writeFileSync(join(tree, 'image.tar'), '');
    await tool('crane', 'export', '--insecure', '--platform', 'linux/arm64', reference, join(tree, 'image.tar'));
    execFileSync('tar', ['-xf', join(tree, 'image.tar'), '-C', tree]);
    for (const [path, text] of Object.entries(contents)) {
      expect(readFileSync(join(tree, 'model', path), 'utf8')).toBe(text);
    }

    // The model in other forms.
    const artifacts = new Map((build.artifacts ?? []).map(({ type, reference: name }) => [type, name]));
    const pack = artifacts.get('modelpack') ?? '';
    const packed = JSON.parse(await tool('oras', 'manifest', 'fetch', '--plain-http', pack)) as Record<string, unknown>;
    expect(packed).toMatchObject({ artifactType: 'application/vnd.cncf.model.manifest.v1+json' });
    await tool('oras', 'copy', '--from-plain-http', '--to-oci-layout', pack, `${folder()}:pack`);
    const car = artifacts.get('modelcar') ?? '';
    for (const platform of platforms) {
      const own = (await tool('crane', 'digest', '--insecure', '--platform', platform, car)).trim();
      expect(await tool('crane', 'validate', '--insecure', '--fast', '--remote', `${repository}@${own}`)).toContain(
        'PASS',
      );
    }

    // What is attached: listed, and the same as the files beside the evidence.
    const evidence = evidenceFolder(root, null);
    const names: string[] = [];
    for (const [subject, place] of [
      [digest, ''],
      ...images.map(({ platform, digest: own }) => [own, platform.replaceAll('/', '-')]),
    ] as const) {
      for (const each of await referrers(`${repository}@${subject}`)) {
        const pulled = folder();
        await tool('oras', 'pull', '--plain-http', '--output', pulled, `${repository}@${each.digest}`);
        for (const file of readdirSync(pulled)) {
          names.push(`${place}/${file}`);
          expect(readFileSync(join(pulled, file))).toEqual(readFileSync(join(evidence, place, file)));
        }
      }
    }
    const own = ['provenance.sigstore.json', 'sbom.cdx.json', 'sbom.sigstore.json'];
    expect(names.sort()).toEqual(
      [
        ...['/model.sig', '/provenance.sigstore.json', '/validation.sigstore.json'],
        ...images.flatMap(({ platform }) => own.map((file) => `${platform.replaceAll('/', '-')}/${file}`)),
      ].sort(),
    );

    // As docs/supply-chain.md tells it.
    const verify = ['verify-attestation', '--key', 'key.pub', '--insecure-ignore-tlog', '--allow-http-registry'];
    for (const { digest: image } of images) {
      for (const type of ['slsaprovenance1', 'cyclonedx']) {
        const verified = await tool('cosign', ...verify, '--type', type, `${repository}@${image}`);
        expect(verified).toContain('"payload"');
      }
    }
    writeFileSync(join(root, 'other.pub'), keyPair('P-256').publicKey);
    const wrong = verify.map((word) => (word === 'key.pub' ? 'other.pub' : word));
    const [image] = images;
    const forged = tool('cosign', ...wrong, '--type', 'cyclonedx', `${repository}@${image?.digest ?? ''}`);
    await expect(forged).rejects.toThrow('Command failed');
  });
});
