import type { ImageConfigFile } from '../oci/manifest.ts';
import type { ImagePlan } from '../server/image-plan.ts';

const nanosecondsPerSecond = 1e9;

/**
 * The settings of a planned image: what its plan says, on top of what the builder left. Sorted, so that the same plan gives the same bytes.
 * @param plan labels, and the runtime configuration if it has one
 * @param built the config that the builder left
 * @returns keys of the `config` object (OCI image specification 1.1; `Healthcheck` is Docker's extension, times in nanoseconds)
 */
export function imageSettings(plan: ImagePlan, built: ImageConfigFile['config']): Readonly<Record<string, unknown>> {
  const labels = { Labels: sorted({ ...built?.Labels, ...plan.labels }) };
  const { runtime } = plan;
  if (runtime === null) return labels;
  const { healthcheck } = runtime;
  return {
    ...labels,
    Env: environment(built?.Env ?? [], runtime.environment),
    WorkingDir: runtime.workingDirectory,
    User: runtime.user,
    ExposedPorts: sorted(Object.fromEntries(runtime.ports.map((port) => [`${port}/tcp`, {}]))),
    Entrypoint: runtime.entrypoint,
    Cmd: runtime.command.length === 0 ? undefined : runtime.command,
    Healthcheck: {
      Test: ['CMD', ...healthcheck.command],
      Interval: healthcheck.intervalSeconds * nanosecondsPerSecond,
      Timeout: healthcheck.timeoutSeconds * nanosecondsPerSecond,
      StartPeriod: healthcheck.startPeriodSeconds * nanosecondsPerSecond,
    },
  };
}

/** The base's variables in their order, ours replaced in place or behind them by name. */
function environment(base: readonly string[], own: Readonly<Record<string, string>>): string[] {
  const values = new Map(base.map((line) => [line.split('=', 1)[0] ?? line, line]));
  for (const [name, value] of Object.entries(sorted(own))) values.set(name, `${name}=${value}`);
  return [...values.values()];
}

function sorted<Value>(values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1)));
}
