import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import { parseBytes } from '../config/units.ts';
import { MlDeployError } from '../errors.ts';
import type { Contract, Outcome, ValidateEvidence, Verdict } from '../pipeline/evidence.ts';
import type { Access, Stage, StageContext } from '../pipeline/stage.ts';
import { capabilityOf } from '../gpu/capability.ts';
import { effectiveContract } from './contract/checks.ts';
import type { Policy } from './policy.ts';
import { readPrevious } from './previous.ts';
import { validatePath } from './validate.ts';
import type { Validated } from './validate.ts';

const outcomes: Readonly<Record<Verdict, Outcome>> = {
  clean: 'passed',
  unsafe: 'failed',
  inconclusive: 'inconclusive',
};

/** The first stage: is the model safe to load, and is it what it says? */
export const validateStage: Stage<ValidateEvidence> = {
  name: 'validate',
  preflight: async ({ config, access: { root } }) => {
    const path = resolve(root, config.model.path);
    try {
      await access(path, constants.R_OK);
    } catch (cause) {
      throw new MlDeployError({
        code: 'model/missing',
        kind: 'usage',
        message: `model.path (${config.model.path}) cannot be read: ${path}`,
        hint: 'The path starts from the folder of mldeploy.yaml. Put the model there, or correct the path.',
        cause,
      });
    }
    const { previous } = config.model;
    if (previous !== null) await readPrevious(resolve(root, previous), previous);
  },
  run: async (context) => {
    const { config, access: host, reporter, signal } = context;
    const startedAt = new Date();
    const policy = await policyOf(config, host.root, day(startedAt));
    for (const { global, expires } of config.model.allow) {
      if (expires < policy.today)
        reporter.note('warning', `The entry for ${global} in model.allow expired on ${expires}.`);
    }
    const path = resolve(host.root, config.model.path);
    const validated = await validatePath(path, { policy, name: config.model.path }, reporter, signal).catch(
      (error: unknown) => {
        throw interrupted(error, context);
      },
    );
    return validateEvidence(validated, {
      project: config.name,
      environment: config.environment,
      contract: effectiveContract(policy.declared, validated.contract),
      startedAt,
      host,
    });
  },
};

/** What the evidence says besides the verdict. */
export interface EvidenceFacts extends Pick<ValidateEvidence, 'project' | 'environment'> {
  /** Instead of what the files tell. */
  readonly contract?: Contract | null;
  readonly startedAt: Date;
  readonly host: Pick<Access, 'engine' | 'host'>;
}

/** Evidence of a validation that has just ended. */
export function validateEvidence(
  { verdict, model, summary, contract: found }: Validated,
  facts: EvidenceFacts,
): ValidateEvidence {
  const { startedAt, host, contract = found, ...whose } = facts;
  return {
    schema: 'https://ml-deploy.dev/schema/validate-evidence-v1.json',
    stage: 'validate',
    ...whose,
    outcome: outcomes[verdict],
    summary,
    volatile: {
      startedAt: startedAt.toISOString(),
      endedAt: new Date().toISOString(),
      engine: host.engine,
      host: host.host,
    },
    verdict,
    model,
    contract,
  };
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function interrupted(error: unknown, { signal }: StageContext): unknown {
  if (!signal.aborted || error instanceof MlDeployError) return error;
  return new MlDeployError({
    code: 'model/interrupted',
    kind: 'interrupted',
    message: 'the validation was interrupted',
    cause: error,
  });
}

/** What the configuration asks for. Throws `model/no-previous`. */
async function policyOf(config: Config, root: string, today: string): Promise<Omit<Policy, 'profile'>> {
  const { model, server, resources, deploy } = config;
  const { allow, waivers, formats, maxBytes, maxGrowth } = model;
  const { gpu } = resources;
  return {
    allow,
    waivers,
    formats,
    maxBytes,
    maxGrowth,
    previous: model.previous === null ? null : await readPrevious(resolve(root, model.previous), model.previous),
    declared: declaredContract(config),
    ownEntry: server.entry !== null,
    acknowledged: model.acknowledgeBreaking,
    gpu:
      gpu === null
        ? null
        : {
            count: gpu.count,
            memoryBytes: gpu.memory === null ? null : parseBytes(gpu.memory),
            capability: capabilityOf(deploy.nodeSelector),
          },
    today,
  };
}

/** Inputs and outputs as the configuration declares them; null when it does not. */
function declaredContract({ model: { inputs, outputs } }: Config): Contract | null {
  return inputs === null && outputs === null
    ? null
    : { inputs: inputs ?? [], outputs: outputs ?? [], source: 'declared' };
}
