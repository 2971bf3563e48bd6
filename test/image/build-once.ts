/**
 * Builds a project in a process of its own, with the user, umask, time zone and language that it was started with. Prints the evidence.
 * Arguments: folder, `host/path` of the repository, YAML of the keys of `image`, umask in octal digits.
 */
import { buildStage } from '../../src/image/stage.ts';
import { project } from './project.ts';

const [root = '', repository = '', image = '', umask = '22'] = process.argv.slice(2);
process.umask(Number.parseInt(umask, 8));
const context = project({
  root,
  repository,
  server: 'type: vllm',
  image,
  access: { environment: process.env as Record<string, string> },
});
await buildStage.preflight(context);
console.log(JSON.stringify((await buildStage.run(context)).image));
