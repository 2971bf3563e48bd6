/**
 * `make bench [-- NAME...]`: every benchmark, or those named. Figures are ratios against a peer measured in the same run, since
 * absolute times say more about the machine than about the program.
 */
const benchmarks: Readonly<Record<string, () => Promise<{ run(): Promise<boolean> }>>> = {
  build: () => import('./build/index.ts'),
  'cold-start': () => import('./cold-start.ts'),
  decision: () => import('./decision.ts'),
  memory: () => import('./memory/index.ts'),
  rollout: () => import('./rollout/index.ts'),
  rules: () => import('./rollout/rules/index.ts'),
  smoke: () => import('./smoke/index.ts'),
  validate: () => import('./validate/index.ts'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benchmarks));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
let met = true;
for (const [name, load] of Object.entries(benchmarks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  const benchmark = await load();
  met = (await benchmark.run()) && met;
}
process.exit(met ? 0 : 1);
