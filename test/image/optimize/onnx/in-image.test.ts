import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { runTool } from '../../../../src/image/optimize/onnx/run.ts';
import { toolFiles } from '../../../../src/image/optimize/onnx/sources.ts';
import { digestOf, mediaTypes, type Descriptor } from '../../../../src/oci/manifest.ts';
import { TarStream } from '../../../../src/oci/tar-blob.ts';
import { project } from '../../project.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mldeploy-stage-'));
  for (const folder of ['bin', 'model', 'out', 'layout/blobs/sha256'])
    mkdirSync(join(root, folder), { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** An OCI layout as a builder writes it: one image of one layer. */
async function writeLayout(files: Readonly<Record<string, string>>): Promise<void> {
  const put = (mediaType: string, content: Buffer | object): Descriptor => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    const digest = digestOf(bytes);
    writeFileSync(join(root, 'layout/blobs', digest.replace(':', '/')), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const pieces: Uint8Array[] = [];
  const entries = Object.entries(files).map(([path, text]) => {
    return { kind: 'bytes', path, mode: 0o644, content: Buffer.from(text) } as const;
  });
  for await (const piece of new TarStream(entries).read(0)) pieces.push(piece);
  const layer = put(mediaTypes.layer, Buffer.concat(pieces));
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const config = put(mediaTypes.config, { os: 'linux', architecture: 'amd64', rootfs });
  const manifest = put(mediaTypes.manifest, { schemaVersion: 2, config, layers: [layer] });
  writeFileSync(join(root, 'layout/index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  writeFileSync(join(root, 'layout/oci-layout'), '{"imageLayoutVersion": "1.0.0"}');
}

/** A buildx that writes down what it was asked for, and gives the layout: the real one is asked in onnx.proof.test.ts. */
function standIn(): void {
  const script = `#!/bin/sh
PATH=/usr/bin:/bin
case "$*" in *version) exit 0;; *inspect) printf 'Driver: docker-container\\n'; exit 0;; esac
for each in "$@"; do
  case "$each" in
    --file=*) cp "\${each#--file=}" ${root}/Dockerfile;;
    --output=*) dest=$(printf %s "$each" | sed 's/.*dest=\\([^,]*\\).*/\\1/');;
  esac
done
mkdir -p "$dest" && cp -r ${root}/layout/. "$dest" && cp -r "$each" ${root}/context
printf '%s\\n' "$@" > ${root}/arguments
`;
  writeFileSync(join(root, 'bin/buildx'), script, { mode: 0o755 });
}

it('through buildx the program runs in the same stage as through buildctl, and gives what it wrote', async () => {
  await writeLayout({ 'report.json': '{"a": 1}', 'model.onnx': 'smaller', 'below/other': 'x' });
  standIn();
  const content = 'a model';
  writeFileSync(join(root, 'model/model.onnx'), content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = {
    path: 'model.onnx',
    bytes: content.length,
    sha256,
    format: 'onnx',
    verdict: 'clean',
    findings: [],
    facts: {},
  } as const;
  const context = project({
    root,
    repository: 'ghcr.io/acme/fraud',
    server: 'type: onnxruntime',
    image: 'builder: buildx, secrets: {ca: ca.pem}',
    optimize: 'quantize: int8',
    access: { environment: { PATH: join(root, 'bin') } },
  });
  const steps = { prune: null, float16: false, quantize: 'int8' } as const;
  const questions = { form: 'made-up', seed: 1, batches: [1], sizes: {} } as const;
  await runTool({
    context,
    job: { files: { 'model.onnx': sha256 }, model: 'model.onnx', steps, threads: 1, questions },
    tool: await toolFiles(),
    read: [file],
    modelRoot: join(root, 'model'),
    out: join(root, 'out'),
    noCache: true,
  });
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  await expect(read('Dockerfile')).toMatchFileSnapshot('../../golden/optimize.Dockerfile');
  expect(read('context/job/model/model.onnx')).toBe(content);
  expect(JSON.parse(read('context/job/job.json'))).toMatchObject({ steps, model: 'model.onnx' });
  expect(read('context/tool/__main__.py')).not.toBe('');
  const options = read('arguments').split('\n');
  expect(options).toContain('--no-cache');
  expect(options).toContain(`--secret=id=ca,src=${join(root, 'ca.pem')}`);
  expect([read('out/report.json'), read('out/model.onnx')]).toEqual(['{"a": 1}', 'smaller']);
});
