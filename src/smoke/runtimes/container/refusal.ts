import { asObject } from '../../../server/protocols/json.ts';
import { type Engine, jsonIn } from './engine.ts';

/** The program that an image starts: the first word of its entrypoint, else of its command. Null when the engine does not tell. */
export async function programOf(engine: Engine, image: string): Promise<string | null> {
  const ended = await engine.ask(['image', 'inspect', '--format', '{{json .Config}}', image]).catch(() => null);
  if (ended?.exitCode !== 0) return null;
  const config = asObject(jsonIn(ended.stdout)) ?? {};
  const words = [config['Entrypoint'], config['Cmd']].flatMap((part): unknown[] => (Array.isArray(part) ? part : []));
  const [first] = words;
  return typeof first === 'string' ? first : null;
}

/**
 * Whether a start failed by the image's own fault: its program is not there, may not be executed, or is of another architecture.
 * Hooks, cgroups and files of the engine fail with the same words and are the machine's fault, so the program has to be named.
 * @param said by runc (`exec: "/srv/run": permission denied`) or crun (executable file `/srv/run` not found)
 * @param program of the image; null: unknown, and then nobody is blamed
 */
export function isItsProgram(said: string, program: string | null): boolean {
  if (program === null || program === '') return false;
  const name = program.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const named = `(?:"${name}"|'${name}'|\`${name}\`|${name})`;
  const rest = new RegExp(`\\b(?:exec:?|executable file) ${named}(:.*| not found.*)`, 'is').exec(said)?.[1] ?? '';
  return /no such file or directory|not found|permission denied|exec format error|is a directory/i.test(rest);
}
