/** A workflow command as the runner would carry it out. */
export interface RunnerCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const known = new Set([
  'error',
  'warning',
  'notice',
  'debug',
  'group',
  'endgroup',
  'add-mask',
  'set-output',
  'set-env',
  'save-state',
  'add-path',
  'echo',
  'add-matcher',
  'remove-matcher',
]);

/**
 * Reads a step's log as the runner does: `::name k=v::data` after blanks, the old `##[name k=v]data` anywhere in a line, and nothing between
 * `::stop-commands::TOKEN` and `::TOKEN::`.
 * @param log lines, or pieces that the runner would split further
 * @returns the commands it would act on
 */
export function commandsOf(log: readonly string[]): RunnerCommand[] {
  const commands: RunnerCommand[] = [];
  let stopped: string | null = null;
  for (const line of log.join('\n').split(/\r\n|[\r\n\u0085\u2028\u2029]/)) {
    const command = parse(line);
    if (command === null) continue;
    if (stopped !== null) {
      if (command.name === stopped) stopped = null;
    } else if (command.name === 'stop-commands') {
      stopped = command.data;
    } else if (known.has(command.name)) {
      commands.push(command);
    }
  }
  return commands;
}

function parse(line: string): RunnerCommand | null {
  const match =
    /^\s*::([^\s:]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(line) ??
    /##\[([^\s\]]+)(?: ([^\]]*))?\](.*)$/s.exec(line);
  if (match?.[1] === undefined) return null;
  const properties: Record<string, string> = {};
  for (const pair of (match[2] ?? '').split(',')) {
    const at = pair.indexOf('=');
    if (at > 0) properties[pair.slice(0, at).trim()] = unescape(pair.slice(at + 1));
  }
  return { name: match[1].toLowerCase(), properties, data: unescape(match[3] ?? '') };
}

const unescape = (text: string): string =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
