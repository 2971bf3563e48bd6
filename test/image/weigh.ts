/**
 * Makes and sends the weight layers of a folder in a process of its own, whose memory is what it alone took. Prints JSON.
 * Arguments: folder, JSON file with the files of the evidence, `host:port` of a registry, JSON file with remembered layers.
 */
import { readFileSync } from 'node:fs';

import { weightLayers } from '../../src/image/weights.ts';
import { RegistryClient } from '../../src/oci/registry.ts';
import { parseRepository } from '../../src/oci/repository.ts';
import type { WeightFile } from '../../src/server/image-plan.ts';

const [root = '', evidence = '', host = '', remembered] = process.argv.slice(2);
const files = JSON.parse(readFileSync(evidence, 'utf8')) as WeightFile[];
const made = remembered === undefined ? {} : (JSON.parse(readFileSync(remembered, 'utf8')) as Record<string, string>);
let read = 0;
let sent = 0;
const began = performance.now();
const layers = await weightLayers({
  weights: { path: '/model', files },
  modelRoot: root,
  store: new RegistryClient({
    repository: parseRepository(`${host}/acme/weights`),
    insecure: true,
    credentials: () => Promise.resolve(null),
    signal: new AbortController().signal,
  }),
  made: new Map(Object.entries(made)),
  onRead: (bytes) => (read += bytes),
  onSent: (bytes) => (sent += bytes),
});
console.log(
  JSON.stringify({
    read,
    sent,
    ms: Math.round(performance.now() - began),
    peakMB: Math.round(process.resourceUsage().maxRSS / 1024),
    layers: Object.fromEntries(layers.map(({ key, blob }) => [key, blob.digest])),
    bytes: layers.reduce((sum, { blob }) => sum + blob.size, 0),
  }),
);
