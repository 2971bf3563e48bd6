import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { control } from '../namespaces.ts';

/** A long-running program of the cluster. Paths are those inside the namespaces. */
export interface Service {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * Starts a service inside the cluster's namespaces, where it is started again whenever it ends. Its output goes to `logs/NAME.log`.
 * @param folder state folder
 * @param service what to run
 */
export function startService(folder: string, service: Service): void {
  const variables = Object.entries(service.env ?? {}).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  const script = `${variables.join('')}exec ${service.command.map(quote).join(' ')}\n`;
  writeFileSync(join(folder, 'services', `${service.name}.sh`), script, { mode: 0o600 });
  control(folder, 'start', service.name);
}

/**
 * Ends a service for good.
 * @param folder state folder
 * @param name of the service
 */
export function stopService(folder: string, name: string): void {
  control(folder, 'stop', name);
}

/**
 * Ends a service; it is started again with its configuration as it is then.
 * @param folder state folder
 * @param name of the service
 */
export function restartService(folder: string, name: string): void {
  control(folder, 'restart', name);
}
