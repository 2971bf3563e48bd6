import type { Project } from './project.ts';

/** Address under which the schema is published. */
export const schemaUrl = 'https://ml-deploy.dev/schema/mldeploy.schema.json';

/** mldeploy.yaml for a project: what is known is filled in, what has a good default is left out. */
export function configText(project: Project): string {
  const lines = [
    `# yaml-language-server: $schema=${schemaUrl}`,
    '# Every key with its meaning and default: docs/configuration.md of ml-deploy.',
    'version: 1',
    `name: ${project.name}`,
    'model:',
    `  path: ${quoted(project.model)}`,
    ...(project.entry === null && project.requirements === null ? [] : ['server:']),
    ...(project.entry === null ? [] : [`  entry: ${quoted(project.entry)}`]),
    ...(project.requirements === null ? [] : [`  requirements: ${quoted(project.requirements)}`]),
    'image:',
    ...(project.repository === null
      ? [`  repository: registry.example.com/${project.name}  # change: where the image is pushed`]
      : [`  repository: ${project.repository}`]),
    ...(project.golden === null ? [] : ['smoke:', `  golden: ${quoted(project.golden)}`]),
    'resources:',
    '  cpu: 1',
    '  memory: 1Gi',
    'deploy:',
    '  namespace: default',
    '  replicas: 2',
    'rollout:',
    '  steps: [10%, 50%]',
    '  slo:',
    '    errors: 1%',
  ];
  return `${lines.join('\n')}\n`;
}

/** A path as a YAML scalar; JSON strings are YAML. */
function quoted(path: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(path) && !/^[-.\d]/.test(path) ? path : JSON.stringify(path);
}
