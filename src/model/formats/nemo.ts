import { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import { knownDanger } from '../pickle/profiles/dangerous.ts';
import type { Json } from '../strict-json.ts';
import type { InspectContext, Inspector } from './format.ts';
import { yamlInspector } from './yaml.ts';

/** Largest configuration that is parsed. Bytes. */
const maxBytes = 4 * 1024 * 1024;

/** Packages whose classes NeMo's configurations name. */
const packages = ['nemo.collections', 'nemo.core', 'torch.nn', 'torch.optim', 'torchmetrics'];

/** The configuration of a NeMo model: a YAML document whose `_target_` keys name what is constructed when the model is loaded. */
export function nemoConfig(context: InspectContext): Inspector {
  const findings = new Findings(context.findings.within('member model_config.yaml'));
  const document = yamlInspector(findings, maxBytes, (value) => {
    judgeTargets(value, findings);
  });
  return {
    write: (chunk) => document.write(chunk),
    end: async () => {
      const inspected = await document.end();
      context.findings.include(findings);
      return inspected;
    },
  };
}

function judgeTargets(value: Json, findings: Findings): void {
  const waiting: Json[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (Array.isArray(next)) for (const item of next as readonly Json[]) waiting.push(item);
    if (!(next instanceof Map)) continue;
    for (const [key, item] of next as ReadonlyMap<string, Json>) {
      if (key === '_target_') judgeTarget(item, findings);
      else waiting.push(item);
    }
  }
}

function judgeTarget(target: Json, findings: Findings): void {
  const path = typeof target === 'string' ? target : '';
  const shown = typeof target === 'string' ? printable(path) : 'something that is no text';
  // Any prefix may be the module: `os.system`, or `pkg.os.system` behind an import.
  const parts = path.split('.');
  const [does] = parts.flatMap((_, i) => knownDanger(parts.slice(0, i).join('.'), parts.slice(i).join('.')) ?? []);
  if (does !== undefined) {
    findings.add('nemo/dangerous-target', null, `_target_ names ${shown}, which ${does}.`);
  } else if (!packages.some((one) => path.startsWith(`${one}.`)) || !/^[\w.]+$/.test(path)) {
    findings.add('nemo/unlisted-target', null, `_target_ names ${shown}, which is on no allow-list.`);
  }
}
