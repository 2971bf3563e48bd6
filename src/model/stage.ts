import { access, constants } from 'node:fs/promises';
import { resolve } from 'node:path';
import { MlDeployError } from '../errors.ts';
import type { Contract, Outcome, ValidateEvidence, Verdict } from '../pipeline/evidence.ts';
import type { Access, Stage, StageContext } from '../pipeline/stage.ts';
import { effectiveContract } from '../contract/served.ts';
import { policyOf } from './configured.ts';
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
    await policyOf(config, root, day(new Date()));
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
