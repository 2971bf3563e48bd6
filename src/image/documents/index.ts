import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { WrittenImage } from '../../oci/append.ts';
import type { ReadableImage } from '../../oci/image.ts';
import type { WrittenIndex } from '../../oci/image-index.ts';
import { digestOf, mediaTypes, type Descriptor } from '../../oci/manifest.ts';
import { attach } from '../../oci/referrers.ts';
import type { RegistryClient } from '../../oci/registry.ts';
import type { ArtifactEvidence, BesideEvidence, DocumentEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { evidenceFolder } from '../../pipeline/store.ts';
import { platformName } from '../../platform-name.ts';
import { plural } from '../../plural.ts';
import type { ImagePlan } from '../../server/image-plan.ts';
import { modelStatement, type SigningKey } from '../../signing/sign.ts';
import { sourceDateEpoch } from '../source-date-epoch.ts';
import { declaredFacts } from './declared.ts';
import { dockerfileBase } from './dockerfile-base.ts';
import { installedIn } from './installed.ts';
import { layerFacts } from './layer-facts.ts';
import { modelComponent } from './model-component.ts';
import { provenance } from './provenance.ts';
import { cycloneDx, sbom } from './sbom.ts';
import { signingKey } from './signing-key.ts';
import { plain, signed, type Document, type Signable } from './statement.ts';

/** An image that is in the registry, and how it came there. */
export interface BuiltImage {
  readonly plan: ImagePlan;
  /** As the builder left it. */
  readonly image: ReadableImage;
  readonly written: WrittenImage;
  /** As validate wrote it. */
  readonly validated: ValidateEvidence;
  /** The same with the files that are in the image: `optimize` may have changed some or left them out. */
  readonly served: ValidateEvidence;
  readonly builder: string;
  readonly startedAt: string;
}

/** All that a build has published. */
export interface Published {
  /** One per platform. */
  readonly images: readonly [BuiltImage, ...BuiltImage[]];
  /** Of several images. */
  readonly index: WrittenIndex | null;
  /** The model, when it is beside them. */
  readonly beside?: BesideEvidence | null;
  /** What else was published. */
  readonly artifacts?: readonly ArtifactEvidence[] | undefined;
}

/**
 * Writes the documents about an image (bill of materials, provenance, signatures) beside the evidence and attaches them to the image. Where
 * there are several platforms, each image has its own, in a folder of its own, and the index has what is about all of them.
 * Without `image.sign` this is best effort: what does not work is warned about.
 * @param context of the stage
 * @param published the images
 * @param client of their repository
 * @returns what is attached
 * @throws MlDeployError when `image.sign` asks for signatures and they cannot be made or attached
 */
export async function attachDocuments(
  context: StageContext,
  published: Published,
  client: RegistryClient,
): Promise<DocumentEvidence[]> {
  const { config, access, reporter } = context;
  const key = config.image.sign === null ? null : await signingKey(config.image.sign, access.root);
  const task = reporter.task('describe the image');
  try {
    const attached: DocumentEvidence[] = [];
    for (const group of await documentsOf(context, published, key)) {
      attached.push(...(await attachGroup(context, group, client)));
    }
    task.done(`${plural(attached.length, 'document')} attached`);
    return attached;
  } catch (error) {
    task.fail();
    if (key !== null || (error instanceof MlDeployError && error.kind === 'interrupted')) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    reporter.note('warning', `the image has no bill of materials and no provenance attached: ${reason}`);
    return [];
  }
}

/** What is attached to one manifest. */
interface Group {
  readonly subject: Descriptor;
  /** Null: the image is the only one, or the subject is the index of all. */
  readonly platform: string | null;
  readonly documents: readonly Document[];
}

async function attachGroup(
  { config, access, signal }: StageContext,
  { subject, platform, documents }: Group,
  client: RegistryClient,
): Promise<DocumentEvidence[]> {
  const folder = join(
    evidenceFolder(access.root, config.environment),
    ...(platform === null ? [] : [platformName(platform)]),
  );
  await mkdir(folder, { recursive: true });
  for (const { title, attachment } of documents) await writeFile(join(folder, title), attachment.content);
  const attachments = documents.map(({ attachment }) => attachment);
  const attached = await attach(client, subject, attachments, signal);
  return documents.map(({ title, attachment: { artifactType }, signed }, index) => {
    const digest = attached[index]?.digest ?? '';
    return { title, artifactType, digest, signed, ...(platform === null ? {} : { platform }) };
  });
}

async function documentsOf(context: StageContext, published: Published, key: SigningKey | null): Promise<Group[]> {
  const { images, index } = published;
  const whole = subjectOf(index === null ? images[0].written : index, index === null);
  const all = [
    ...(await provenanceDocuments(context, images, published, key)),
    ...validationDocuments(context, images[0], whole.digest, key),
  ];
  if (index === null) {
    return [{ subject: whole, platform: null, documents: [...(await bomDocuments(context, images[0], key)), ...all] }];
  }
  const own = images.map(async (built): Promise<Group> => {
    const documents = [
      ...(await bomDocuments(context, built, key)),
      ...(await provenanceDocuments(context, [built], { images: [built], index: null }, key)),
    ];
    return { subject: subjectOf(built.written, true), platform: built.plan.platform, documents };
  });
  return [{ subject: whole, platform: null, documents: all }, ...(await Promise.all(own))];
}

function subjectOf(written: WrittenImage | WrittenIndex, isImage: boolean): Descriptor {
  const bytes = 'bytes' in written ? written.bytes : written.manifestBytes;
  return { mediaType: isImage ? mediaTypes.manifest : mediaTypes.index, digest: written.digest, size: bytes.length };
}

async function bomDocuments(context: StageContext, built: BuiltImage, key: SigningKey | null): Promise<Document[]> {
  const bom = await billOfMaterials(context, built);
  const content = Buffer.from(`${JSON.stringify(bom, null, 2)}\n`);
  const title = 'sbom.cdx.json';
  const attachment = { artifactType: cycloneDx, mediaType: cycloneDx, content, title };
  const statement = about(context, built.written.digest, 'sbom', 'https://cyclonedx.org/bom', bom, same);
  return [{ title, attachment, signed: false }, ...(key === null ? [] : [signed(statement, key)])];
}

async function provenanceDocuments(
  context: StageContext,
  images: readonly BuiltImage[],
  published: Published,
  key: SigningKey | null,
): Promise<Document[]> {
  const run = { name: 'provenance', statement: await provenanceOf(context, images, published), lasting: null };
  return [key === null ? plain(run) : signed(run, key)];
}

/** What was found about the model, and with a key the signature of its files. */
function validationDocuments(
  context: StageContext,
  { validated, served }: BuiltImage,
  digest: string,
  key: SigningKey | null,
): Document[] {
  const lasting = (found: object): object => ({ ...found, volatile: null });
  const validation = about(context, digest, 'validation', validated.schema, validated, lasting);
  if (key === null) return [plain(validation)];
  const model = modelStatement(basename(validated.model.path) || context.config.name, served.model.files);
  return [signed(validation, key), signed({ name: 'model.sig', statement: model, lasting: same }, key)];
}

function about(
  { config }: StageContext,
  digest: string,
  name: string,
  predicateType: string,
  predicate: object,
  lasting: Signable['lasting'],
): Signable {
  const subject = [{ name: config.image.repository, digest: { sha256: digest.replace('sha256:', '') } }];
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate };
  return { name, statement, lasting };
}

const same = (predicate: object): object => predicate;

async function billOfMaterials({ config, access, signal }: StageContext, built: BuiltImage): Promise<object> {
  const cache = join(access.root, '.mldeploy', 'cache', 'layers');
  const { image, plan, served, written } = built;
  const facts = [];
  for (const layer of image.manifest.layers)
    facts.push(await layerFacts(layer, () => image.blob(layer), cache, signal));
  const declared = await declaredFacts(resolve(access.root, config.model.path));
  return sbom({
    repository: config.image.repository,
    digest: written.digest,
    platform: plan.platform,
    base: await baseOf(plan),
    installed: installedIn(facts),
    model: modelComponent(config.name, served, declared),
    engine: access.engine,
    time: sourceDateEpoch(access.environment),
  });
}

async function provenanceOf(
  { config, access }: StageContext,
  images: readonly BuiltImage[],
  { images: [{ plan, validated, builder, startedAt }], index, beside = null, artifacts = [] }: Published,
): Promise<object> {
  const { entry, requirements } = config.server;
  const dockerfile = plan.recipe.kind === 'dockerfile' ? relative(access.root, plan.recipe.file) : null;
  const paths = [entry, requirements, dockerfile, 'mldeploy.lock'].filter((path) => path !== null);
  const files = await Promise.all(paths.map((path) => hashed(access.root, path)));
  const written = [...(index === null ? [] : [index]), ...images.map((image) => image.written)];
  const bases = images.map(async (image) => ({ reference: await baseOf(image.plan), platform: image.plan.platform }));
  return provenance({
    subjects: [...written, ...(beside === null ? [] : [beside]), ...artifacts].map(({ digest }) => ({
      name: config.image.repository,
      digest,
    })),
    project: config.name,
    configuration: digestOf(JSON.stringify(config)),
    environmentName: config.environment,
    server: config.server.type,
    bases: await Promise.all(bases),
    builder,
    modelDigest: validated.model.digest,
    files: files.filter((file) => file !== null),
    startedAt,
    endedAt: new Date().toISOString(),
    engine: access.engine,
    host: access.host,
    environment: access.environment,
  });
}

async function baseOf({ recipe }: ImagePlan): Promise<string | null> {
  return recipe.kind === 'base'
    ? recipe.base
    : dockerfileBase(await readFile(recipe.file, 'utf8'), recipe.target, recipe.args);
}

async function hashed(root: string, path: string): Promise<{ path: string; sha256: string } | null> {
  try {
    const content = await readFile(resolve(root, path));
    return { path, sha256: createHash('sha256').update(content).digest('hex') };
  } catch {
    return null; // not every project has a lock file
  }
}
