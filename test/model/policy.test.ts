import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { validateStage } from '../../src/model/stage.ts';
import type { ValidateEvidence } from '../../src/pipeline/evidence.ts';
import { silentReporter } from '../../src/pipeline/reporter.ts';
import { modelStatement, readSigningKey, signStatement } from '../../src/signing/sign.ts';
import { keyPair } from '../signing/keys.ts';
import * as p from './pickle/assembler.ts';
import { savedModel } from './corpus/savedmodel-builder.ts';
import { sha256 } from './sha256.ts';
import { float32, safetensorsFile } from './safetensors-file.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'policy-'));
  mkdirSync(join(root, 'model'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Judges the folder `model` with these keys of `model:`, and others of the file. */
async function judge(model: string, more = ''): Promise<ValidateEvidence> {
  const text = `version: 1\nname: fraud\nmodel: {path: model/, ${model}}\nimage: {repository: registry.example/fraud}\n${more}`;
  const context = {
    config: parseConfig(text, 'mldeploy.yaml', null),
    access: {
      root,
      kubeconfig: null,
      kubeContext: null,
      buildkit: null,
      dockerConfig: null,
      environment: {},
      host: 'here',
      engineImage: null,
      engine: 'ml-deploy/0.0.0',
    },
    evidence: {},
    reporter: silentReporter,
    signal: new AbortController().signal,
  };
  await validateStage.preflight(context);
  return validateStage.run(context);
}

function rules({ model }: ValidateEvidence): string[] {
  return model.files.flatMap(({ findings }) =>
    findings.map(({ rule, waived }) => (waived === undefined ? rule : `(${rule})`)),
  );
}

const weights = safetensorsFile({ w: { dtype: 'F32', shape: [2], data: float32([1.1, 2.1]) } });
const code = 'import os\n';

describe('model.formats', () => {
  it('refuses what is not listed, and lets documents be', async () => {
    writeFileSync(join(root, 'model/model.safetensors'), weights);
    writeFileSync(join(root, 'model/config.json'), '{}');
    writeFileSync(join(root, 'model/README.md'), '# A model\n');
    expect(await judge('formats: [safetensors]')).toMatchObject({ verdict: 'clean' });
    expect(await judge('formats: null')).toMatchObject({ verdict: 'clean' });
    const refused = await judge('formats: [onnx]');
    expect(refused).toMatchObject({ verdict: 'unsafe', outcome: 'failed' });
    expect(rules(refused)).toEqual(['policy/format']);
  });
});

describe('model.waivers', () => {
  const waiver = (facts: object = {}): string =>
    `waivers: [${JSON.stringify({
      rule: 'format/code',
      file: 'run.py',
      sha256: sha256(Buffer.from(code)),
      reason: 'read it',
      owner: 'ann',
      expires: '2099-01-01',
      ...facts,
    })}]`;

  beforeEach(() => {
    writeFileSync(join(root, 'model/run.py'), code);
    writeFileSync(join(root, 'model/model.safetensors'), weights);
  });

  it('take the decision away from a finding that stays visible', async () => {
    expect(await judge('formats: null')).toMatchObject({ verdict: 'inconclusive' });
    const evidence = await judge(waiver());
    expect(evidence).toMatchObject({ verdict: 'clean', outcome: 'passed' });
    expect(rules(evidence)).toEqual(['(format/code)']);
    const finding = evidence.model.files.flatMap(({ findings }) => findings)[0];
    expect(finding).toMatchObject({
      severity: 'high',
      waived: { reason: 'read it', owner: 'ann', expires: '2099-01-01' },
    });
    expect(evidence.summary).toBe('2 files: clean but for 1 waived finding');
  });

  it.each([
    ['has expired', { expires: '2024-01-01' }],
    ['is for other content', { sha256: 'a'.repeat(64) }],
  ])('count for nothing when one %s, which is a finding', async (_, facts) => {
    const evidence = await judge(waiver(facts));
    expect(evidence.verdict).toBe('inconclusive');
    expect(rules(evidence)).toEqual(['format/code', 'policy/waiver']);
  });

  it('count for one rule in one file', async () => {
    expect(await judge(waiver({ rule: 'format/unknown' }))).toMatchObject({ verdict: 'inconclusive' });
    expect(await judge(waiver({ file: 'other.py' }))).toMatchObject({ verdict: 'inconclusive' });
  });

  it('need a reason, an owner and an end', () => {
    for (const key of ['reason', 'owner', 'expires', 'sha256']) {
      expect(() =>
        parseConfig(
          `version: 1\nname: fraud\nmodel: {path: m, ${waiver({ [key]: '' })}}\nimage: {repository: a/b}\n`,
          'mldeploy.yaml',
          null,
        ),
      ).toThrow(/waivers/);
    }
  });
});

describe('model.previous', () => {
  async function release(): Promise<ValidateEvidence> {
    writeFileSync(join(root, 'model/model.safetensors'), weights);
    const evidence = await judge('inputs: [{name: x, dtype: float32, shape: [-1, 4]}]');
    writeFileSync(join(root, 'previous.json'), JSON.stringify(evidence));
    return evidence;
  }

  it('compares contract and size', async () => {
    const before = await release();
    const same = 'previous: previous.json, inputs: [{name: x, dtype: float32, shape: [-1, 4]}]';
    expect(rules(await judge(same))).toEqual([]);

    const changed = 'previous: previous.json, inputs: [{name: x, dtype: float32, shape: [-1, 5]}]';
    const broken = await judge(changed);
    expect(broken).toMatchObject({ verdict: 'unsafe' });
    expect(rules(broken)).toEqual(['contract/breaking']);
    const acknowledged = await judge(
      `${changed}, acknowledgeBreaking: {previous: "${before.model.digest}", reason: told all}`,
    );
    expect(acknowledged).toMatchObject({ verdict: 'clean' });
    expect(rules(acknowledged)).toEqual(['contract/acknowledged']);

    writeFileSync(join(root, 'model/more.safetensors'), weights);
    expect(rules(await judge(same))).toEqual(['size/growth']);
    expect(rules(await judge(`${same}, maxGrowth: 120%`))).toEqual(['size/growth']);
    const grown = await judge(`${same}, maxGrowth: 20%`);
    expect(grown).toMatchObject({ verdict: 'unsafe' });
    expect(rules(grown)).toEqual(['policy/growth']);
  });

  it('has to be evidence of a validation', async () => {
    writeFileSync(join(root, 'model/model.safetensors'), readFileSync('package.json'));
    for (const content of ['{', '{}', '{"stage": "build"}']) {
      writeFileSync(join(root, 'previous.json'), content);
      await expect(judge('previous: previous.json')).rejects.toMatchObject({ code: 'model/no-previous' });
    }
    await expect(judge('previous: none.json')).rejects.toMatchObject({
      code: 'model/no-previous',
      message: expect.stringContaining('ENOENT') as unknown,
    });
  });
});

describe('resources.gpu', () => {
  it('is what the weights are held against', async () => {
    const big = {
      dtype: 'F32',
      shape: [1024],
      data: float32(Array.from({ length: 1024 }, (_, index) => Math.sin(index))),
    };
    writeFileSync(join(root, 'model/model.safetensors'), safetensorsFile({ big }));
    const evidence = await judge('formats: null', 'resources: {gpu: {count: 1, memory: 2k}}\n');
    expect(evidence).toMatchObject({ verdict: 'unsafe' });
    expect(rules(evidence)).toEqual(['size/gpu-memory']);
  });
});

describe('model.requireSignature', () => {
  const vectors = new URL('../signing/vectors/', import.meta.url).pathname;
  const required = `requireSignature: {key: ${vectors}p256.pub.pem}`;

  beforeEach(() => {
    rmSync(join(root, 'model'), { recursive: true });
    cpSync(join(vectors, 'model'), join(root, 'model'), { recursive: true });
    // Its content is no model; the signature is what is asked for.
    rmSync(join(root, 'model/notes.txt'));
  });

  const found = async (keys = required): Promise<string[]> =>
    rules(await judge(keys)).filter((rule) => rule.startsWith('signature/'));

  it('accepts exactly the files that were signed, by exactly this signer', async () => {
    expect(await found()).toEqual(['signature/missing']);
    cpSync(join(vectors, 'p256.sig'), join(root, 'model/model.sig'));
    expect(await found()).toEqual(['signature/verified']);
    expect(await found(`requireSignature: {key: ${vectors}p384.pub.pem}`)).toEqual(['signature/invalid']);
    expect(await found(`requireSignature: {certificates: [${vectors}root.pem]}`)).toEqual(['signature/invalid']);
    expect(
      await found(
        `requireSignature: {bundle: ${vectors}certificate.sig, certificates: [${vectors}root.pem], identity: ml-release}`,
      ),
    ).toEqual([
      // The bundle in the folder is not the one that counts, so it is a file that nobody signed.
      'signature/mismatch',
    ]);
    writeFileSync(join(root, 'model/notes.txt'), 'x');
    expect((await found()).toSorted()).toEqual(['signature/uncovered', 'signature/verified']);
    writeFileSync(join(root, 'model/config.json'), '{}');
    expect((await found()).toSorted()).toEqual(['signature/mismatch', 'signature/uncovered']);
    writeFileSync(join(root, 'model/model.sig'), '{}');
    expect(await found()).toEqual(['signature/invalid']);
  });

  describe('answers for what is recognised and not looked into', () => {
    const { privateKey, publicKey } = keyPair('P-256');
    const key = 'requireSignature: {key: maker.pub.pem}';

    /** A bundle over what is in the folder now. */
    function sign(): void {
      const folder = join(root, 'model');
      const files = readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name !== 'model.sig')
        .map((entry) => {
          const file = join(entry.parentPath, entry.name);
          return { path: file.slice(folder.length + 1), sha256: sha256(readFileSync(file)) };
        });
      writeFileSync(
        join(folder, 'model.sig'),
        signStatement(modelStatement('model', files), readSigningKey(privateKey, null)),
      );
    }

    beforeEach(() => {
      rmSync(join(root, 'model'), { recursive: true });
      mkdirSync(join(root, 'model'));
      writeFileSync(join(root, 'maker.pub.pem'), publicKey);
    });

    const xml = '<?xml version="1.0"?>\n<net name="m" version="11"/>\n';

    it.each<[string, Record<string, Buffer | string>]>([
      ['a TensorRT engine', { 'model.plan': 'ftrt\0\0\0\0' }],
      ['a library', { 'model.plan': 'ftrt\0\0\0\0', 'libplugin.so': '\x7fELF\x02\x01\x01' }],
      ['PMML', { 'model.pmml': '<PMML version="4.4"></PMML>' }],
      ['Core ML', { 'model.mlmodel': Buffer.from([8, 4, 18, 0]) }],
      ['OpenVINO with its weights', { 'model.xml': xml, 'model.bin': Buffer.alloc(64, 7) }],
      ['a 7z archive', { 'model.7z': Buffer.from('377abcaf271c00040000', 'hex') }],
    ])('%s', async (_, files) => {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(root, 'model', name), content);
      sign();
      const without = await judge('formats: null');
      expect(without.verdict).toBe('inconclusive');
      const [first] = without.model.files.flatMap(({ findings }) => findings);
      expect(first?.hint).toContain('`model.requireSignature: {key: keys/maker.pub.pem}`');

      const evidence = await judge(key);
      expect([evidence.verdict, new Set(rules(evidence))]).toEqual([
        'clean',
        new Set(['signature/answers', 'signature/verified']),
      ]);
      expect(evidence.summary).toMatch(/clean, but \d not looked into: who signed/);
      const remarks = evidence.model.files.flatMap(({ findings }) => findings);
      expect(remarks.filter(({ rule }) => rule === 'signature/answers')).toHaveLength(Object.keys(files).length);
      for (const { message, severity } of remarks) {
        expect(severity).toBe('info');
        expect(message).toMatch(/igned by the key .*who signed the model answers for it\.|^Signed by the key/);
      }

      // One byte more than was signed.
      const [name = ''] = Object.keys(files);
      writeFileSync(join(root, 'model', name), ' ', { flag: 'a' });
      expect((await judge(key)).verdict).toBe('unsafe');
    });

    it.each<[string, Record<string, Buffer | string>, string, string]>([
      [
        'entities',
        { 'm.pmml': '<!DOCTYPE x [<!ENTITY a "b">]><PMML version="4.4"/>' },
        'unsafe',
        'opaque/xml-entities',
      ],
      [
        'a pickle that runs commands',
        { 'm.pkl': p.bytes(p.proto(4), p.payload, '.') },
        'unsafe',
        'pickle/dangerous-call',
      ],
      ['what nobody knows', { 'm.dat': Buffer.alloc(64, 7) }, 'inconclusive', 'format/unknown'],
      ['a pickle in a compression of old joblib', { 'm.joblib': 'ZF0x10     x' }, 'inconclusive', 'format/unsupported'],
      ['a graph of TensorFlow', { 'frozen.pb': savedModel() }, 'inconclusive', 'format/unsupported'],
      ['a graph of TensorFlow as text', { 'g.pbtxt': 'node { op: "x" }' }, 'inconclusive', 'format/unsupported'],
      [
        'a pickle under the name of an engine',
        { 'm.plan': p.bytes(p.proto(4), p.payload, '.') },
        'unsafe',
        'pickle/dangerous-call',
      ],
      [
        'a pickle under the name of PMML',
        { 'm.pmml': p.bytes(p.proto(4), p.payload, '.') },
        'unsafe',
        'pickle/dangerous-call',
      ],
      ['a wrong name', { 'm.onnx': '\x7fELF\x02\x01\x01' }, 'inconclusive', 'format/mismatch'],
      ['broken files', { 'm.npy': '\x93NUMPY\x01\0' }, 'inconclusive', 'numpy/header'],
    ])('never for %s', async (_, files, verdict, rule) => {
      for (const [name, content] of Object.entries(files)) {
        writeFileSync(
          join(root, 'model', name),
          typeof content === 'string' ? Buffer.from(content, 'latin1') : content,
        );
      }
      sign();
      const evidence = await judge(key);
      expect(evidence.verdict).toBe(verdict);
      expect(rules(evidence)).toContain(rule);
      expect(rules(evidence)).toContain('signature/verified');
    });

    it('nor when the signer is another one', async () => {
      writeFileSync(join(root, 'model/model.plan'), 'ftrt\0\0\0\0');
      sign();
      const evidence = await judge(required);
      expect(evidence.verdict).toBe('unsafe');
      expect(rules(evidence).toSorted()).toEqual(['opaque/native-code', 'signature/invalid']);
    });

    it('nor for files that no signature covers', async () => {
      mkdirSync(join(root, 'model/.github'));
      writeFileSync(join(root, 'model/.github/hook.so'), '\x7fELF\x02\x01\x01');
      writeFileSync(join(root, 'model/config.json'), '{}');
      sign();
      const evidence = await judge(key);
      expect(evidence.verdict).toBe('inconclusive');
      expect(rules(evidence).toSorted()).toEqual(['opaque/native-code', 'signature/verified']);
    });
  });

  it('needs one signer, and files that can be read', async () => {
    await expect(judge('requireSignature: {key: none.pem}')).rejects.toMatchObject({ code: 'model/no-trust' });
    await expect(judge('requireSignature: {}')).rejects.toThrow(/names nobody/);
    await expect(judge('requireSignature: {key: a, certificates: [b]}')).rejects.toThrow(/several signers/);
    await expect(judge('requireSignature: {key: a, identity: b}')).rejects.toThrow(/certificates only/);
    await expect(judge('maxGrowth: 10%')).rejects.toThrow(/nothing to compare with/);
  });
});
