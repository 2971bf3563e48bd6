/**
 * Builds a project in a process of its own, with the user, umask, time zone and language that it was started with. Prints the digest.
 * Arguments: folder, `host/path` of the repository, YAML of the keys of `image`, of `server`, umask in octal digits, and `anew` to build
 * without caches and publish nothing.
 */
import { checkBuild } from '../../src/image/repeat-build.ts';
import { buildStage } from '../../src/image/stage.ts';
import { project } from './project.ts';

const [root = '', repository = '', image = '', server = '', umask = '22', mode] = process.argv.slice(2);
process.umask(Number.parseInt(umask, 8));
const environment = process.env as Record<string, string>;
const context = project({ root, repository, server, image, access: { environment } });
await buildStage.preflight(context);
const { digest, layers } = mode === 'anew' ? await checkBuild(context) : (await buildStage.run(context)).image;
console.log(JSON.stringify({ digest, layers: mode === 'anew' ? layers : layers.map(({ title }) => title) }));
