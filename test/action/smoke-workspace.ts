import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../rollout/project.ts';

/** What a test changes of the repository. */
export interface SmokeWorkspace {
  readonly runtime?: 'docker' | 'podman';
  /** `smoke.device` as YAML. */
  readonly device?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** More of `smoke:`, as YAML. */
  readonly smoke?: string;
}

/** A repository whose image was built, for `command: smoke`; returns its folder. */
export function smokeWorkspace(image: string, wish: SmokeWorkspace = {}): string {
  const { runtime = 'docker', device = 'cpu', env = {}, smoke = '' } = wish;
  const folder = mkdtempSync(join(tmpdir(), 'smoke-workspace-'));
  const [repository = ''] = image.split('@');
  writeFileSync(
    join(folder, 'mldeploy.yaml'),
    `version: 1
name: fraud
model: {path: model/}
server: {type: fastapi}
image: {repository: "${repository}", insecure: true}
smoke: {runtime: ${runtime}, device: ${device}, readyTimeout: 5m${smoke}}
resources: {cpu: 1, memory: 256Mi, gpu: {count: 1}}
deploy: {namespace: ml, env: ${JSON.stringify(env)}}
`,
  );
  const evidence = join(folder, '.mldeploy/default');
  mkdirSync(evidence, { recursive: true });
  writeFileSync(join(evidence, 'build.json'), JSON.stringify(built(image).build));
  return folder;
}
