import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { attachDocuments, type BuiltImage } from '../../../src/image/documents/index.ts';
import { mediaTypes, type Descriptor, type Manifest } from '../../../src/oci/manifest.ts';
import { attach, listReferrers, type Attachment } from '../../../src/oci/referrers.ts';
import { RegistryClient } from '../../../src/oci/registry.ts';
import { parseRepository } from '../../../src/oci/repository.ts';
import type { DocumentEvidence, ValidateEvidence } from '../../../src/pipeline/evidence.ts';
import { modelDigest } from '../../../src/pipeline/model-digest.ts';
import { silentReporter } from '../../../src/pipeline/reporter.ts';
import type { StageContext } from '../../../src/pipeline/stage.ts';
import { parseBundle } from '../../../src/signing/bundle.ts';
import { parseStatement } from '../../../src/signing/statement.ts';
import { verifyBundle } from '../../../src/signing/verify.ts';
import { startReferringRegistry, type ReferringRegistry } from '../../oci/referring-registry.ts';
import { keyPair } from '../../signing/keys.ts';
import { project, validated } from '../project.ts';
import { imageOf, written, type TestLayer } from './image.ts';
import { cycloneDxProblems } from './schema.ts';

const dpkg = `Package: zlib1g
Status: install ok installed
Source: zlib (1:1.2.13.dfsg-1)
Version: 1:1.2.13.dfsg-1
Architecture: amd64
Description: compression library
 of many years

Package: gone
Status: deinstall ok config-files
Version: 1

Package: libc6
Status: install ok installed
Version: 2.36-9+deb12u10
Architecture: amd64
`;
const site = 'opt/venv/lib/python3.11/site-packages';
const layers: TestLayer[] = [
  {
    compression: 'gzip',
    files: {
      'usr/lib/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n',
      'var/lib/dpkg/status': dpkg,
      'usr/lib/python3/dist-packages/pip-23.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: pip\nVersion: 23.0\n',
    },
  },
  {
    compression: 'zstd',
    files: {
      'usr/lib/python3/dist-packages/.wh.pip-23.0.dist-info': '',
      [`${site}/numpy-2.4.6.dist-info/METADATA`]:
        'Metadata-Version: 2.4\nName: numpy\nVersion: 2.4.6\nLicense-Expression: BSD-3-Clause AND MIT\n\nLicense: no\n',
      [`${site}/scikit_learn-1.9.1.dist-info/METADATA`]:
        'Metadata-Version: 2.1\nName: scikit_learn\nVersion: 1.9.1\nClassifier: License :: OSI Approved :: BSD License\n\ntext\n',
      [`${site}/text-1.dist-info/METADATA`]: 'Name: text\nVersion: 1\nLicense: MIT\n',
    },
  },
];

let root: string;
let registry: ReferringRegistry;
let notes: string[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-documents-'));
  mkdirSync(join(root, 'model'));
  writeFileSync(join(root, 'model/model.joblib'), 'weights');
  registry = await startReferringRegistry({ lists: false });
  notes = [];
});

afterEach(async () => {
  await registry[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function contextOf(image?: string, environment: Record<string, string> = {}): StageContext {
  const reporter = { ...silentReporter, note: (_: string, message: string) => notes.push(message) };
  const repository = `${registry.host}/acme/fraud`;
  return project({ root, repository, reporter, access: { environment }, ...(image === undefined ? {} : { image }) });
}

function clientOf(): RegistryClient {
  return new RegistryClient({
    repository: parseRepository(`${registry.host}/acme/fraud`),
    insecure: false,
    credentials: () => Promise.resolve(null),
    signal: new AbortController().signal,
  });
}

async function builtOf(evidence: Partial<ValidateEvidence> = {}, parts = layers): Promise<BuiltImage> {
  const image = await imageOf(parts);
  const plan: BuiltImage['plan'] = {
    platform: 'linux/amd64',
    recipe: { kind: 'base', base: `python:3.12-slim@sha256:${'a'.repeat(64)}`, packages: null },
    trees: [],
    runtime: null,
    labels: {},
    weights: { path: '/model', files: [] },
  };
  const startedAt = '2026-01-02T03:04:05.000Z';
  return {
    plan,
    image,
    written: written(image),
    validated: { ...validated(root), ...evidence },
    served: { ...validated(root), ...evidence },
    builder: 'buildkit',
    startedAt,
  };
}

const subjectOf = ({ written: { digest, manifestBytes } }: BuiltImage): Descriptor => {
  return { mediaType: mediaTypes.manifest, digest, size: manifestBytes.length };
};

/** The signed documents of an image, from a registry that forgets them afterwards. */
async function attachedTo(built: BuiltImage, key: string): Promise<Attachment[]> {
  writeFileSync(join(root, 'key.pem'), key);
  const documents = await describeOne(contextOf('sign: {key: key.pem}'), built, clientOf());
  const attachments = documents
    .filter(({ signed }) => signed)
    .map(({ title, artifactType, digest }): Attachment => {
      const { annotations = {} } = JSON.parse(registry.manifests.get(digest)?.content.toString() ?? '') as Manifest;
      const content = readFileSync(join(root, '.mldeploy/default', title));
      return { title, artifactType, mediaType: artifactType, content, annotations };
    });
  registry.manifests.clear();
  registry.blobs.clear();
  return attachments;
}

/** Of the only platform. */
function describeOne(context: StageContext, built: BuiltImage, client: RegistryClient): Promise<DocumentEvidence[]> {
  return attachDocuments(context, { images: [built], index: null }, client);
}

interface Bom {
  readonly components: readonly Component[];
  readonly compositions: readonly object[];
  readonly properties?: readonly object[];
}

interface Component {
  readonly name: string;
  readonly type: string;
  readonly version: string;
  readonly purl?: string;
  readonly licenses?: object[];
  readonly properties?: { name: string; value: string }[];
  readonly modelCard?: object;
  readonly components?: object[];
}

function read(name: string): Bom {
  return JSON.parse(readFileSync(join(root, '.mldeploy/default', name), 'utf8')) as Bom;
}

describe('the bill of materials', () => {
  it('lists what the layers have installed, after removals, and is valid', async () => {
    const documents = await describeOne(contextOf(), await builtOf(), clientOf());
    expect(documents.map(({ title, signed }) => [title, signed])).toEqual([
      ['sbom.cdx.json', false],
      ['provenance.json', false],
      ['validation.json', false],
    ]);
    const bom = read('sbom.cdx.json');
    expect(cycloneDxProblems(bom)).toEqual([]);
    expect(bom.components.map(({ type, name, version, purl }) => purl ?? `${type} ${name} ${version}`)).toEqual([
      `pkg:oci/python@sha256%3A${'a'.repeat(64)}?arch=amd64&repository_url=docker.io%2Flibrary%2Fpython`,
      `machine-learning-model iris ${validated(root).model.digest}`,
      'operating-system debian 12',
      'pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12',
      'pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1?arch=amd64&distro=debian-12&upstream=zlib',
      'pkg:pypi/numpy@2.4.6',
      'pkg:pypi/scikit-learn@1.9.1',
      'pkg:pypi/text@1',
    ]);
    expect(bom.components.flatMap(({ licenses = [] }) => licenses)).toEqual([
      { expression: 'BSD-3-Clause AND MIT', acknowledgement: 'declared' },
      { license: { name: 'BSD License', acknowledgement: 'declared' } },
      { license: { name: 'MIT', acknowledgement: 'declared' } },
    ]);
  });

  it('says of each fact about the model whether it was read from the bytes or is what somebody says', async () => {
    writeFileSync(
      join(root, 'model/README.md'),
      '---\nlicense: apache-2.0\npipeline_tag: text-classification\ndatasets: [acme/payments]\nlanguage: en\n---\n# Fraud\n',
    );
    writeFileSync(join(root, 'model/config.json'), '{"architectures": ["BertModel"], "model_type": "bert"}');
    const [file] = validated(root).model.files;
    const facts = { parameters: 1000, dtypes: ['F32'] };
    const model = {
      ...validated(root).model,
      files: [{ ...file, format: 'safetensors', facts }],
    } as ValidateEvidence['model'];
    const tensor = { name: 'x', dtype: 'float32', shape: [null, 30] };
    const contract = { inputs: [tensor], outputs: [], source: 'declared' };
    await describeOne(contextOf(), await builtOf({ model, contract }), clientOf());
    const bom = read('sbom.cdx.json');
    expect(cycloneDxProblems(bom)).toEqual([]);
    const found = bom.components.find(({ type }) => type === 'machine-learning-model');
    expect(found?.modelCard).toEqual({
      modelParameters: {
        task: 'text-classification',
        architectureFamily: 'bert',
        modelArchitecture: 'BertModel',
        datasets: [{ type: 'dataset', name: 'acme/payments' }],
        inputs: [{ format: 'x: float32[?, 30]' }],
      },
    });
    const properties = Object.fromEntries((found?.properties ?? []).map(({ name, value }) => [name, value]));
    expect(properties).toMatchObject({
      'ml-deploy:parameters': '1000',
      'ml-deploy:source:parameters': 'verified',
      'ml-deploy:source:hashes': 'verified',
      'ml-deploy:source:licenses': 'declared',
      'ml-deploy:source:modelCard.modelParameters.task': 'declared',
      'ml-deploy:source:modelCard.modelParameters.inputs': 'declared',
      'ml-deploy:source:language': 'declared',
    });
  });

  it('describes the files in the image after optimize; what is told of the validation stays what validate found', async () => {
    const original = validated(root);
    const [file] = original.model.files;
    const narrowed = { ...file, sha256: 'f'.repeat(64), bytes: 3, format: 'safetensors', facts: { dtypes: ['BF16'] } };
    const files = [narrowed] as ValidateEvidence['model']['files'];
    const served = { ...original, model: { ...original.model, bytes: 3, files } };
    const built = await builtOf();
    await describeOne(contextOf(), { ...built, served }, clientOf());
    const model = read('sbom.cdx.json').components.find(({ type }) => type === 'machine-learning-model');
    expect(model?.version).toBe(modelDigest(files));
    expect(model?.components).toMatchObject([{ hashes: [{ content: 'f'.repeat(64) }] }]);
    expect(model?.properties).toContainEqual({ name: 'ml-deploy:dtypes', value: 'BF16' });
    expect(read('validation.json')).toMatchObject({ predicate: { model: original.model } });
    const { buildDefinition } = (read('provenance.json') as unknown as { predicate: { buildDefinition: object } })
      .predicate;
    expect(buildDefinition).toMatchObject({
      resolvedDependencies: [{ name: 'model', digest: { sha256: original.model.digest.slice(7) } }, {}],
    });
  });

  it.each([
    [
      `oci-layout:bases/py:slim@sha256:${'a'.repeat(64)}`,
      'oci-layout:bases/py',
      'slim',
      `py@sha256%3A${'a'.repeat(64)}?arch=amd64`,
    ],
    ['oci-layout:../Bases', 'oci-layout:../Bases', 'latest', 'bases?arch=amd64'],
    ['localhost:5000/a/b', 'localhost:5000/a/b', 'latest', 'b?arch=amd64&repository_url=localhost%3A5000%2Fa%2Fb'],
    ['What is This?', 'What is This?', undefined, 'what%20is%20this%3F?arch=amd64'],
  ])('names the base %s, and signing does not fail of it', async (base, name, version, purl) => {
    const built = await builtOf();
    const recipe = { kind: 'base', base, packages: null } as const;
    await attachedTo({ ...built, plan: { ...built.plan, recipe } }, keyPair('P-256').privateKey);
    const bom = read('sbom.cdx.json');
    expect(cycloneDxProblems(bom)).toEqual([]);
    expect(bom.components[0]).toMatchObject({
      name,
      purl: `pkg:oci/${purl}`,
      ...(version === undefined ? {} : { version }),
    });
  });

  it('is the same for the same image, whenever and wherever it is built, and is attached once', async () => {
    const first = await describeOne(contextOf(), await builtOf(), clientOf());
    const before = readFileSync(join(root, '.mldeploy/default/sbom.cdx.json'));
    rmSync(join(root, '.mldeploy'), { recursive: true });
    const client = clientOf();
    const second = await describeOne(contextOf(), await builtOf(), client);
    expect(readFileSync(join(root, '.mldeploy/default/sbom.cdx.json')).equals(before)).toBe(true);
    expect(second).toEqual(first);
    expect(client.uploadedBytes).toBe(0);
  });

  it('is attached again when it says something else, and so is what validate found', async () => {
    const first = await describeOne(contextOf(), await builtOf(), clientOf());
    const context = contextOf();
    const newer = { ...context, access: { ...context.access, engine: 'ml-deploy/9.9.9' } };
    const [bom, run, validation] = await describeOne(newer, await builtOf({ summary: 'another' }), clientOf());
    expect(bom?.digest).not.toBe(first[0]?.digest);
    expect(run?.digest).toBe(first[1]?.digest);
    expect(validation?.digest).not.toBe(first[2]?.digest);
  });

  it('is made without reading a layer again', async () => {
    await describeOne(contextOf(), await builtOf(), clientOf());
    const built = await builtOf();
    const blob = (): never => {
      throw new Error('read again');
    };
    await describeOne(contextOf(), { ...built, image: { ...built.image, blob } }, clientOf());
    expect(notes).toEqual([]);
  });

  it('reads Alpine and distroless images, and says what it cannot read', async () => {
    const files = {
      'etc/os-release': 'ID=alpine\nVERSION_ID=3.22.1\n',
      'lib/apk/db/installed': 'C:Q1abc=\nP:musl\nV:1.2.5-r10\nA:x86_64\nL:MIT\no:musl\nF:lib\nR:libc.so\n\n',
      'var/lib/dpkg/status.d/base': 'Package: base-files\nVersion: 12.4\nArchitecture: amd64\n',
      'var/lib/dpkg/status.d/base.md5sums': 'abc  etc/file',
      'var/lib/rpm/rpmdb.sqlite': 'SQLite',
    };
    await describeOne(contextOf(), await builtOf({}, [{ files }]), clientOf());
    const bom = read('sbom.cdx.json');
    expect(cycloneDxProblems(bom)).toEqual([]);
    expect(bom.components.flatMap(({ purl }) => purl ?? [])).toEqual([
      expect.stringContaining('pkg:oci/python'),
      'pkg:apk/alpine/musl@1.2.5-r10?arch=x86_64&distro=alpine-3.22.1',
      'pkg:deb/alpine/base-files@12.4?arch=amd64&distro=alpine-3.22.1',
    ]);
    expect(bom.compositions[0]).toEqual({ aggregate: 'incomplete', assemblies: ['image'] });
    expect(bom.properties).toEqual([{ name: 'ml-deploy:unread', value: 'rpm' }]);
  });
});

describe('provenance', () => {
  it('names image, model, base, files and, on a CI system, run and commit', async () => {
    writeFileSync(join(root, 'mldeploy.lock'), 'locked');
    const environment = {
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/fraud',
      GITHUB_RUN_ID: '7',
      GITHUB_SHA: 'c'.repeat(40),
      GITHUB_REF: 'refs/heads/main',
      GITHUB_WORKFLOW_REF: 'acme/fraud/.github/workflows/deploy.yml@refs/heads/main',
      SECRET: 'not told',
    };
    const built = await builtOf();
    await describeOne(contextOf(undefined, environment), built, clientOf());
    const statement = read('provenance.json');
    expect(JSON.stringify(statement)).not.toContain('not told');
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: `${registry.host}/acme/fraud`, digest: { sha256: built.written.digest.slice(7) } }],
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: {
          buildType: 'https://ml-deploy.dev/build/v1',
          externalParameters: { project: 'iris', server: 'fastapi', platform: 'linux/amd64' },
          resolvedDependencies: [
            { name: 'model', digest: { sha256: validated(root).model.digest.slice(7) } },
            { name: 'base', digest: { sha256: 'a'.repeat(64) } },
            { name: 'mldeploy.lock' },
            { uri: 'git+https://github.com/acme/fraud@refs/heads/main', digest: { gitCommit: 'c'.repeat(40) } },
          ],
        },
        runDetails: {
          builder: { id: 'https://github.com/acme/fraud/.github/workflows/deploy.yml@refs/heads/main' },
          metadata: { invocationId: 'https://github.com/acme/fraud/actions/runs/7/attempts/1' },
        },
      },
    });
  });
});

it('provenance names the Dockerfile of the project by its relative path', async () => {
  const file = join(root, 'Dockerfile');
  writeFileSync(file, `ARG TAG=3.12\nFROM python:$TAG\n`);
  const built = await builtOf();
  const recipe = { kind: 'dockerfile', file, context: root, target: null, args: {}, excluded: [] } as const;
  await describeOne(contextOf(), { ...built, plan: { ...built.plan, recipe } }, clientOf());
  const statement = JSON.stringify(read('provenance.json'));
  expect(statement).toContain('"name":"Dockerfile"');
  expect(statement).toContain('python:3.12');
  expect(statement).not.toContain(root);
});

describe('signatures', () => {
  it('cover the model and the documents, and verify with the public key', async () => {
    const { privateKey, publicKey } = keyPair('P-384', 'correct');
    writeFileSync(join(root, 'key.pem'), privateKey);
    writeFileSync(join(root, 'password'), 'correct\n');
    const built = await builtOf();
    const image = 'sign: {key: key.pem, password: password}';
    const documents = await describeOne(contextOf(image), built, clientOf());
    const signed = documents.filter((each) => each.signed);
    expect(signed.map(({ title }) => title)).toEqual([
      'sbom.sigstore.json',
      'provenance.sigstore.json',
      'validation.sigstore.json',
      'model.sig',
    ]);
    for (const { title } of signed) {
      const bundle = parseBundle(readFileSync(join(root, '.mldeploy/default', title), 'utf8'));
      await verifyBundle(bundle, { method: 'key', key: publicKey }, new Date());
    }
    const model = parseBundle(readFileSync(join(root, '.mldeploy/default/model.sig'), 'utf8'));
    expect(parseStatement(model.payload).resources.map(({ name }) => name)).toEqual(['model.joblib']);
    const attached = await listReferrers(clientOf(), built.written.digest);
    const bundles = attached.filter(({ artifactType }) => artifactType?.startsWith('application/vnd.dev.sigstore'));
    expect(bundles.map(({ annotations }) => annotations?.['dev.sigstore.bundle.predicateType'])).toEqual([
      'https://cyclonedx.org/bom',
      'https://slsa.dev/provenance/v1',
      'https://ml-deploy.dev/schema/validate-evidence-v1.json',
      'https://model_signing/signature/v1.0',
    ]);
  });

  it('are attached beside forged ones that carry the same annotations, and are not taken from another image', async () => {
    const { privateKey, publicKey } = keyPair('P-256');
    writeFileSync(join(root, 'key.pem'), privateKey);
    const built = await builtOf();
    const genuine = await attachedTo(built, privateKey);
    const elsewhere = await attachedTo(await builtOf({}, [{ files: { other: '1' } }]), privateKey);
    const theirs = await attachedTo(built, keyPair('P-256').privateKey);
    for (const own of genuine) {
      const { title } = own;
      const contents = [...theirs, ...elsewhere].filter((each) => each.title === title).map(({ content }) => content);
      // The signature of the model alone is true around any code.
      const forged = title === 'model.sig' ? contents.slice(0, 1) : contents;
      const attachments = [...forged, Buffer.from('{}')].map((content) => ({ ...own, content }));
      await attach(clientOf(), subjectOf(built), attachments, new AbortController().signal);
    }
    const image = 'sign: {key: key.pem}';
    writeFileSync(join(root, 'key.pem'), privateKey);
    const before = await listReferrers(clientOf(), built.written.digest);
    expect(before).toHaveLength(3 * 3 + 2);
    const first = (await describeOne(contextOf(image), built, clientOf())).filter((each) => each.signed);
    for (const { digest } of first) {
      expect(before.map((each) => each.digest)).not.toContain(digest);
      const manifest = JSON.parse(registry.manifests.get(digest)?.content.toString() ?? '') as Manifest;
      const bundle = parseBundle(registry.blobs.get(manifest.layers[0]?.digest ?? '')?.toString() ?? '');
      await verifyBundle(bundle, { method: 'key', key: publicKey }, new Date());
    }
    const second = (await describeOne(contextOf(image), built, clientOf())).filter((each) => each.signed);
    expect(second).toEqual(first);
  });

  it('fail the build when they cannot be made or attached; without them a warning is enough', async () => {
    const built = await builtOf();
    await expect(describeOne(contextOf('sign: {key: missing.pem}'), built, clientOf())).rejects.toMatchObject({
      code: 'build/bad-signing-key',
    });
    writeFileSync(join(root, 'key.pem'), keyPair('P-256', 'secret').privateKey);
    await expect(describeOne(contextOf('sign: {key: key.pem}'), built, clientOf())).rejects.toMatchObject({
      code: 'build/bad-signing-key',
      message: 'image.sign.key names key.pem: the private key cannot be read: it is encrypted',
    });
    writeFileSync(join(root, 'key.pem'), keyPair('P-256').privateKey);
    const refusing = clientOf();
    refusing.putReferrer = () => Promise.reject(new Error('no referrers here'));
    await expect(describeOne(contextOf('sign: {key: key.pem}'), built, refusing)).rejects.toThrow('no referrers here');
    expect(await describeOne(contextOf(), built, refusing)).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('no referrers here')]);
    expect(existsSync(join(root, '.mldeploy/default/sbom.cdx.json'))).toBe(true);
  });
});
