import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

import { contenders, removeWithMounts, type Contender, type Tools } from './contenders.ts';
import { changeCode, changeDependency, changeWeights, forgetBuilds, writeProject, type Project } from './project.ts';
import type { Metered } from './meter.ts';
import { startServices, type Services } from './services.ts';
import { tasksIn } from './ours.ts';
import { uvFolder } from './uv.ts';
import { readHashSend, readHashWrite, type Bare } from './yardsticks.ts';

/** What a build of ours may take (issue of the build stage). */
const goals = {
  codeSeconds: 5,
  /** Of the image's bytes. */
  codeShare: 0.01,
  noChangeSeconds: 2,
  /** Reading, hashing twice and sending the weights, against reading, hashing and sending the same bytes once by a plain client. */
  firstRatio: 1.3,
  megabytes: 256,
} as const;

interface Step {
  readonly id: string;
  readonly title: string;
  prepare(project: Project, contender: Contender, services: Services, tools: Tools): Promise<void> | void;
}

const steps: readonly Step[] = [
  { id: 'first', title: 'first build', prepare: () => undefined },
  { id: 'none', title: 'no change', prepare: () => undefined },
  { id: 'code', title: 'code', prepare: (project) => changeCode(project, `${Math.random()}`) },
  { id: 'dependency', title: 'one dependency', prepare: (project) => changeDependency(project, '1.17.0') },
  { id: 'weights', title: 'one weight file', prepare: (project) => changeWeights(project) },
  {
    id: 'elsewhere',
    title: 'code, on a machine that built nothing before',
    prepare: async (project, contender, services, tools) => {
      changeCode(project, `${Math.random()}`);
      await contender.forget(project, services, tools);
    },
  },
];

/** Figures of one build. */
interface Figures {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly readMB: number;
  /** What the registry has more afterwards. */
  readonly uploadedMB: number;
  readonly peakMB: number;
  readonly daemonMB: number | null;
  /** Of ours: seconds of each task. */
  readonly tasks?: Readonly<Record<string, number>>;
}

type Results = Record<string, Record<string, Figures>>;

/** The bare work with the same bytes, in the same minutes: written to the disk, sent to the same registry. */
interface Bares {
  readonly written: Bare;
  readonly sent: Bare;
}

/** Prints the figures, all in one run; true when the goals are met. */
export async function run(): Promise<boolean> {
  const megabytes = Number(process.env['MLDEPLOY_BENCH_MB'] ?? 1000);
  const wanted = process.env['MLDEPLOY_BENCH_CONTENDERS']?.split(',');
  const folder = mkdtempSync(join(tmpdir(), 'ml-deploy-bench-'));
  try {
    const tools = await toolsIn(folder);
    const results: Results = {};
    const bare: Record<string, Bares> = {};
    for (const contender of contenders) {
      if (wanted?.includes(contender.id) === false) continue;
      console.log(`\n${contender.title}`);
      const root = join(folder, 'project');
      rmSync(root, { recursive: true, force: true });
      const project = await writeProject(root, megabytes);
      execFileSync('sync');
      const written = readHashWrite(project, join(folder, 'copy'));
      const { figures, sent } = await figuresOf(contender, project, tools, join(folder, 'services'));
      results[contender.id] = figures;
      bare[contender.id] = { written, sent };
      forgetBuilds(project);
      for (const name of ['containers', 'containers-run']) removeWithMounts(join(folder, name));
      if (wanted === undefined || process.env['MLDEPLOY_BENCH_SAVE'] === '1') save({ megabytes, bare, results });
    }
    return bare['oci'] === undefined || judge(results, bare['oci'], megabytes);
  } finally {
    removeWithMounts(folder);
  }
}

async function figuresOf(
  contender: Contender,
  project: Project,
  tools: Tools,
  folder: string,
): Promise<{ figures: Record<string, Figures>; sent: Bare }> {
  mkdirSync(folder);
  await using services = await startServices(folder);
  registries(tools, services);
  const figures: Record<string, Figures> = {};
  for (const step of steps) {
    await step.prepare(project, contender, services, tools);
    execFileSync('sync'); // what was written before must not be written now
    const before = services.stored();
    let built = await contender.build(project, services, tools);
    // BuildKit gives a push up that the registry has refused once; who builds by hand runs it again.
    if (/failed to push/.test(built.output) && built.code !== 0) {
      built = together(built, await contender.build(project, services, tools));
    }
    if (built.code !== 0) throw new Error(`${contender.title}, ${step.title}:\n${built.output.slice(-3000)}`);
    const tasks = tasksIn(built.output);
    const figure: Figures = {
      seconds: built.seconds,
      cpuSeconds: built.cpuSeconds,
      readMB: built.readBytes / 1e6,
      uploadedMB: (services.stored() - before) / 1e6,
      peakMB: built.peakMB,
      daemonMB: built.daemonMB,
      ...(Object.keys(tasks).length === 0 ? {} : { tasks }),
    };
    figures[step.id] = figure;
    console.log(line(step.title, figure));
  }
  execFileSync('sync');
  return { figures, sent: await readHashSend(project, services.registry) };
}

function together(first: Metered, second: Metered): Metered {
  return {
    ...second,
    seconds: first.seconds + second.seconds,
    cpuSeconds: first.cpuSeconds + second.cpuSeconds,
    readBytes: first.readBytes + second.readBytes,
    peakMB: Math.max(first.peakMB, second.peakMB),
  };
}

function line(title: string, { seconds, cpuSeconds, readMB, uploadedMB, peakMB, daemonMB }: Figures): string {
  const cells = [
    `${seconds.toFixed(1)} s`,
    `${cpuSeconds.toFixed(1)} s of processor`,
    `${readMB.toFixed(0)} MB read`,
    `${uploadedMB.toFixed(uploadedMB < 10 ? 3 : 0)} MB uploaded`,
    `${peakMB.toFixed(0)} MB memory${daemonMB === null ? '' : `, daemon ${daemonMB.toFixed(0)} MB`}`,
  ];
  return `  ${title.padEnd(46)}${cells.map((cell, index) => cell.padStart(index === 4 ? 38 : 20)).join('')}`;
}

async function toolsIn(folder: string): Promise<Tools> {
  const ca = '/etc/ssl/certs/ca-certificates.crt';
  return { folder, ca, path: `${await uvFolder()}:${process.env['PATH'] ?? ''}` };
}

/** What Buildah wants to know of the registry, and where it may keep things. */
function registries({ folder }: Tools, { registry }: Services): void {
  writeFileSync(join(folder, 'registries.conf'), `[[registry]]\nlocation = "${registry}"\ninsecure = true\n`);
  writeFileSync(
    join(folder, 'storage.conf'),
    `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/containers"\nrunroot = "${folder}/containers-run"\n`,
  );
}

function save(run: { megabytes: number; bare: Readonly<Record<string, Bares>>; results: Results }): void {
  const machine = `${cpus().length} cores, ${cpus()[0]?.model.trim() ?? ''}`;
  const document = { at: new Date().toISOString(), machine, ...run };
  mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
  writeFileSync(join(import.meta.dirname, 'results/latest.json'), `${JSON.stringify(document, null, 2)}\n`);
}

function judge(results: Results, { written, sent }: Bares, megabytes: number): boolean {
  const ours = results['oci'];
  if (ours === undefined) return true;
  const { first, none, code } = ours;
  const readTask = Object.entries(first?.tasks ?? {}).find(([title]) => title.startsWith('read the model files'));
  const reading = readTask?.[1] ?? Infinity;
  const times = ({ seconds, cpuSeconds }: Bare): string =>
    `${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of processor`;
  console.log(`
  The bytes of the weights, read and hashed once by one thread
    and written to a file: ${times(written)}
    and sent to the same registry by a plain client: ${times(sent)}, ${(sent.seconds / written.seconds).toFixed(2)} x the file
  The first build read them, hashed them for file and layer, and sent them: ${reading.toFixed(1)} s, ${(reading / written.seconds).toFixed(2)} x the file
`);
  let met = true;
  const tell = (what: string, value: number, goal: number, unit: string): void => {
    const good = value <= goal;
    met &&= good;
    console.log(`  ${what.padEnd(64)}${value.toFixed(2)}${unit} (goal ${goal}${unit})  ${good ? 'met' : 'NOT MET'}`);
  };
  // A registry on the same processors hashes and writes, too: a file would be measured against two programs.
  tell('first build: weights, against sent once by a plain client', reading / sent.seconds, goals.firstRatio, ' x');
  tell('no change: time', none?.seconds ?? 0, goals.noChangeSeconds, ' s');
  tell('no change: uploaded', none?.uploadedMB ?? 0, 0, ' MB');
  tell('code: time', code?.seconds ?? 0, goals.codeSeconds, ' s');
  tell('code: uploaded, of the model', ((code?.uploadedMB ?? 0) / megabytes) * 100, goals.codeShare * 100, ' %');
  const peak = Math.max(...Object.values(ours).map(({ peakMB }) => peakMB));
  tell('memory of the largest process', peak, goals.megabytes, ' MB');
  return met;
}
