import type { RuntimeConfig } from './image-plan.ts';

/** User and group that every server runs as; the pods say the same. */
export const serverUser = '10001:10001';

/**
 * A health check that asks for a path with what every Debian or Ubuntu has: such images have no HTTP client.
 * @param port of the server
 * @param path that answers 200 when all is well
 * @param startPeriodSeconds in which failures do not count
 */
export function askWithBash(port: number, path: string, startPeriodSeconds: number): RuntimeConfig['healthcheck'] {
  const request = `GET ${path} HTTP/1.0\\r\\n\\r\\n`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '${request}' >&3 && read -r _ status _ <&3 && [ "$status" = 200 ]`;
  return { command: ['bash', '-c', script], intervalSeconds: 10, timeoutSeconds: 3, startPeriodSeconds };
}
