import { MlDeployError } from '../errors.ts';
import type { Descriptor, ImageConfigFile, ImageIndex, Manifest } from './manifest.ts';

const digestPattern = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+$/;

/**
 * Reads an answer that is a JSON object.
 * @param content its bytes
 * @param what it is, for messages: `the list of tags of ghcr.io/acme/fraud`
 * @returns its members, not checked
 * @throws MlDeployError `registry/failed`
 */
export function parseObject(content: Uint8Array, what: string): Record<string, unknown> {
  const value = parsed(content);
  if (!isObject(value)) throw wrong(what, 'a JSON object', content);
  return value;
}

/**
 * Reads a manifest or an index (OCI image specification 1.1), by its shape: media types are often missing.
 * @param content its bytes
 * @param what it is, for messages
 * @returns the one or the other; what a nil of Go's has left as null is absent
 * @throws MlDeployError `registry/failed`
 */
export function parseManifest(content: Uint8Array, what: string): Manifest | ImageIndex {
  const value = parsed(content, (_, member: unknown) => (member === null ? undefined : member));
  if (!isManifest(value) && !isIndex(value)) throw wrong(what, 'an image manifest or index', content);
  return value;
}

/**
 * Reads an image config.
 * @param content its bytes
 * @param what it is, for messages
 * @returns as it is, nulls included
 * @throws MlDeployError `registry/failed`
 */
export function parseConfig(content: Uint8Array, what: string): ImageConfigFile {
  const value = parsed(content);
  if (!isConfig(value)) throw wrong(what, 'an image config', content);
  return value;
}

/**
 * Reads a list of what is attached.
 * @param content bytes of an index
 * @param what it is, for messages
 * @returns the index, without entries that name nothing
 * @throws MlDeployError `registry/failed`
 */
export function parseList(content: Uint8Array, what: string): Partial<ImageIndex> & Pick<ImageIndex, 'manifests'> {
  const { manifests: found, ...others } = parseObject(content, what);
  const manifests = found === null ? [] : found; // a nil of Go's
  if (!Array.isArray(manifests)) throw wrong(what, 'an index', content);
  return { ...others, manifests: manifests.filter(isDescriptor) };
}

function parsed(content: Uint8Array, reviver?: (name: string, value: unknown) => unknown): unknown {
  try {
    return JSON.parse(Buffer.from(content).toString('utf8'), reviver);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDescriptor(value: unknown): value is Descriptor {
  if (!isObject(value)) return false;
  const { mediaType, digest, size, annotations = {}, platform = {} } = value;
  const named = isText(mediaType) && isText(digest) && digestPattern.test(digest);
  const sized = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0;
  return named && sized && isTexts(annotations) && isObject(platform) && Object.values(platform).every(isPlain);
}

function isManifest(value: unknown): value is Manifest {
  if (!isObject(value)) return false;
  const { config, layers, annotations = {}, subject } = value;
  if (!isDescriptor(config) || !isList(layers, isDescriptor)) return false;
  return isTexts(annotations) && (subject === undefined || isDescriptor(subject));
}

function isIndex(value: unknown): value is ImageIndex {
  return isObject(value) && isList(value['manifests'], isDescriptor);
}

function isConfig(value: unknown): value is ImageConfigFile {
  if (!isObject(value)) return false;
  const { os, architecture, variant, created, rootfs, history, config } = value;
  const known =
    isText(os) && isText(architecture) && [variant, created].every((each) => isAbsent(each) || isText(each));
  const layered = isObject(rootfs) && isList(rootfs['diff_ids'], isText);
  return known && layered && (isAbsent(history) || isList(history, isStep)) && (isAbsent(config) || isSettings(config));
}

function isStep(value: unknown): boolean {
  return isObject(value) && (isAbsent(value['created_by']) || isText(value['created_by']));
}

/** Those that are looked into; others are compared and kept as they are. */
function isSettings(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { Env, User, Labels } = value;
  return (
    (isAbsent(Env) || isList(Env, isText)) && (isAbsent(User) || isText(User)) && (isAbsent(Labels) || isTexts(Labels))
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isText);
}

/** A text, or a list of features and the like, which nobody here looks at. */
function isPlain(value: unknown): boolean {
  return isText(value) || Array.isArray(value);
}

/** Go's programs write a nil as null. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isList(value: unknown, isItem: (item: unknown) => boolean): boolean {
  // A null that was dropped leaves a hole, which `every` would step over.
  return Array.isArray(value) && Array.from(value as unknown[]).every(isItem);
}

/**
 * The error for content that is something else than it should be.
 * @param what it is, for messages
 * @param expected with its article
 * @param content which is not shown
 * @returns `registry/failed`
 */
export function wrong(what: string, expected: string, content: Uint8Array): MlDeployError {
  // Nothing of it is shown: it may be half a token.
  const isPage = /^\s*</.test(Buffer.from(content.subarray(0, 64)).toString('latin1'));
  return new MlDeployError({
    code: 'registry/failed',
    kind: 'infrastructure',
    message: `${what} is not ${expected}; it is ${isPage ? 'a page of HTML or XML' : `something else of ${content.length} bytes`}`,
    hint: 'A proxy may answer in place of the registry (with a login page, say); else what was pushed there is damaged: push it again.',
  });
}
