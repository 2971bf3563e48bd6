import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';

import { MlDeployError } from '../../errors.ts';
import type { WrittenImage } from '../../oci/append.ts';
import type { ReadableImage } from '../../oci/image.ts';
import { digestOf, mediaTypes } from '../../oci/manifest.ts';
import { attach } from '../../oci/referrers.ts';
import type { RegistryClient } from '../../oci/registry.ts';
import type { ArtifactEvidence, BesideEvidence, DocumentEvidence, ValidateEvidence } from '../../pipeline/evidence.ts';
import type { StageContext } from '../../pipeline/stage.ts';
import { evidenceFolder } from '../../pipeline/store.ts';
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
  /** The model, when it is beside it. */
  readonly beside?: BesideEvidence | null;
  /** What else was published. */
  readonly artifacts?: readonly ArtifactEvidence[] | undefined;
}

/**
 * Writes the documents about an image (bill of materials, provenance, signatures) beside the evidence and attaches them to the image.
 * Without `image.sign` this is best effort: what does not work is warned about.
 * @param context of the stage
 * @param built the image
 * @param client of its repository
 * @returns what is attached
 * @throws MlDeployError when `image.sign` asks for signatures and they cannot be made or attached
 */
export async function attachDocuments(
  context: StageContext,
  built: BuiltImage,
  client: RegistryClient,
): Promise<DocumentEvidence[]> {
  const { config, access, reporter, signal } = context;
  const key = config.image.sign === null ? null : await signingKey(config.image.sign, access.root);
  const task = reporter.task('describe the image');
  try {
    const documents = await documentsOf(context, built, key);
    const folder = evidenceFolder(access.root, config.environment);
    await mkdir(folder, { recursive: true });
    for (const { title, attachment } of documents) await writeFile(join(folder, title), attachment.content);
    const { digest, manifestBytes } = built.written;
    const subject = { mediaType: mediaTypes.manifest, digest, size: manifestBytes.length };
    const attachments = documents.map(({ attachment }) => attachment);
    const attached = await attach(client, subject, attachments, signal);
    task.done(`${plural(documents.length, 'document')} attached`);
    return documents.map(({ title, attachment: { artifactType }, signed }, index) => {
      return { title, artifactType, digest: attached[index]?.digest ?? '', signed };
    });
  } catch (error) {
    task.fail();
    if (key !== null || (error instanceof MlDeployError && error.kind === 'interrupted')) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    reporter.note('warning', `the image has no bill of materials and no provenance attached: ${reason}`);
    return [];
  }
}

async function documentsOf(context: StageContext, built: BuiltImage, key: SigningKey | null): Promise<Document[]> {
  const { config } = context;
  const { validated, served, written } = built;
  const bom = await billOfMaterials(context, built);
  const bomBytes = Buffer.from(`${JSON.stringify(bom, null, 2)}\n`);
  const bomAttachment = { artifactType: cycloneDx, mediaType: cycloneDx, content: bomBytes, title: 'sbom.cdx.json' };
  const run = { name: 'provenance', statement: await provenanceOf(context, built), lasting: null };
  const about = (name: string, predicateType: string, predicate: object, lasting: Signable['lasting']): Signable => ({
    name,
    statement: {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: config.image.repository, digest: { sha256: written.digest.replace('sha256:', '') } }],
      predicateType,
      predicate,
    },
    lasting,
  });
  const validation = about('validation', validated.schema, validated, (found) => ({ ...found, volatile: null }));
  const documents = [{ title: 'sbom.cdx.json', attachment: bomAttachment, signed: false }];
  if (key === null) return [...documents, plain(run), plain(validation)];
  const model = modelStatement(basename(validated.model.path) || config.name, served.model.files);
  return [
    ...documents,
    signed(about('sbom', 'https://cyclonedx.org/bom', bom, same), key),
    signed(run, key),
    signed(validation, key),
    signed({ name: 'model.sig', statement: model, lasting: same }, key),
  ];
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

async function provenanceOf({ config, access }: StageContext, built: BuiltImage): Promise<object> {
  const { plan, validated, written, builder, startedAt, beside = null, artifacts = [] } = built;
  const { entry, requirements } = config.server;
  const dockerfile = plan.recipe.kind === 'dockerfile' ? relative(access.root, plan.recipe.file) : null;
  const paths = [entry, requirements, dockerfile, 'mldeploy.lock'].filter((path) => path !== null);
  const files = await Promise.all(paths.map((path) => hashed(access.root, path)));
  return provenance({
    subjects: [written, ...(beside === null ? [] : [beside]), ...artifacts].map(({ digest }) => ({
      name: config.image.repository,
      digest,
    })),
    project: config.name,
    configuration: digestOf(JSON.stringify(config)),
    environmentName: config.environment,
    server: config.server.type,
    platform: plan.platform,
    builder,
    base: await baseOf(plan),
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
