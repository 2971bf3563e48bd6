import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { evidenceFolder, EvidenceStore } from '../../src/pipeline/store.ts';
import { buildEvidence, rolloutEvidence, smokeEvidence, validateEvidence } from './evidence.ts';

let store: EvidenceStore;

beforeEach(async () => {
  store = new EvidenceStore(evidenceFolder(await mkdtemp(join(tmpdir(), 'store-')), 'production'));
});

describe('evidence on disk', () => {
  it('comes back as it was written, one document per stage and no drafts', async () => {
    const all = {
      validate: validateEvidence(),
      build: buildEvidence(),
      smoke: smokeEvidence(),
      rollout: rolloutEvidence(),
    };
    for (const evidence of Object.values(all)) await store.write(evidence);
    expect(await store.readAll()).toEqual(all);
    expect(await readdir(store.folder)).toEqual(['build.json', 'rollout.json', 'smoke.json', 'validate.json']);
    expect(store.folder).toMatch(/\.mldeploy\/production$/);
  });

  it('is ignored by git, and takes the report of the earlier run away', async () => {
    await store.write(validateEvidence());
    expect(await readFile(join(store.folder, '..', '.gitignore'), 'utf8')).toBe('*\n');
    await writeFile(join(store.folder, 'report.html'), 'promoted');
    await store.forget(['rollout']);
    expect(await readdir(store.folder)).toEqual(['validate.json']);
  });

  it('is refused before any work where its folder cannot be made, with what to do', async () => {
    await expect(store.requireWritable()).resolves.toBeUndefined();
    const taken = join(store.folder, 'file');
    await writeFile(taken, '');
    const elsewhere = new EvidenceStore(join(taken, 'default'));
    const expected = { code: 'evidence/not-written', hint: expect.stringContaining('.mldeploy') as unknown };
    await expect(elsewhere.requireWritable()).rejects.toMatchObject(expected);
    await expect(elsewhere.write(validateEvidence())).rejects.toMatchObject(expected);
  });

  it('is nothing before anything ran', async () => {
    expect(await store.readAll()).toEqual({});
  });

  it('is forgotten together with what was built upon it', async () => {
    for (const evidence of [validateEvidence(), buildEvidence(), smokeEvidence()]) await store.write(evidence);
    await store.forget(['build']);
    expect(await readdir(store.folder)).toEqual(['validate.json']);
  });

  it.each([
    ['no JSON', '{', /JSON/],
    ['another stage', JSON.stringify(buildEvidence()), /validate-evidence-v1/],
    ['a missing field', JSON.stringify({ ...validateEvidence(), verdict: undefined }), /required property 'verdict'/],
    ['a field that is not ours', JSON.stringify({ ...validateEvidence(), extra: 1 }), /additional properties/],
    ['an unknown outcome', JSON.stringify({ ...validateEvidence(), outcome: 'fine' }), /\/outcome/],
  ])('is refused when it is %s', async (_name, text, expected) => {
    await store.write(validateEvidence());
    await writeFile(store.path('validate'), text);
    await expect(store.read('validate')).rejects.toMatchObject({
      code: 'evidence/invalid',
      message: expect.stringMatching(expected) as unknown,
    });
  });
});

describe('the published schemas', () => {
  it.each(['validate', 'build', 'smoke', 'rollout'])('%s marks what is volatile', async (stage) => {
    const schema = JSON.parse(await readFile(`schema/${stage}-evidence-v1.json`, 'utf8')) as {
      $id: string;
      properties: { volatile: { 'x-volatile': boolean } };
    };
    expect(schema.$id).toBe(`https://ml-deploy.dev/schema/${stage}-evidence-v1.json`);
    expect(schema.properties.volatile['x-volatile']).toBe(true);
  });
});
