import { goBuild } from './go-build.ts';
import { recipes, type ComponentName } from './recipes/index.ts';

// node test/cluster/build/main.ts NAME...: builds components ahead of time.
const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in recipes));
if (names.length === 0 || unknown.length > 0) {
  console.error(
    `usage: build/main.ts ${Object.keys(recipes).join('|')}...${unknown.length > 0 ? `  (unknown: ${unknown.join(', ')})` : ''}`,
  );
  process.exit(2);
}
for (const name of names as ComponentName[]) {
  const built = await goBuild(recipes[name], (line) => console.log(line));
  console.log(`${name}: ${built.bin}`);
}
