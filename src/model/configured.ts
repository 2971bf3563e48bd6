import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config, SignatureConfig } from '../config/config.ts';
import { parseBytes } from '../config/units.ts';
import { declaredContract } from '../contract/served.ts';
import { MlDeployError } from '../errors.ts';
import { capabilityOf } from '../gpu/capability.ts';
import type { Trust } from '../signing/verify.ts';
import type { Policy, SignaturePolicy } from './policy.ts';
import { readPrevious } from './previous.ts';

/**
 * What the configuration asks of the model, with the files that it names read. Throws `model/no-previous` and `model/no-trust`.
 * @param config of the project
 * @param root folder of mldeploy.yaml
 * @param today ISO date, UTC
 */
export async function policyOf(config: Config, root: string, today: string): Promise<Omit<Policy, 'profile'>> {
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
    signature: model.requireSignature === null ? null : await signaturePolicy(model.requireSignature, root),
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

async function signaturePolicy(config: SignatureConfig, root: string): Promise<SignaturePolicy> {
  const bundle = config.bundle === null ? null : resolve(root, config.bundle);
  return { bundle, trust: await trustOf(config, root) };
}

async function trustOf({ key, certificates, identity, sigstore }: SignatureConfig, root: string): Promise<Trust> {
  if (key !== null) return { method: 'key', key: await readTrust(root, key) };
  if (sigstore !== null) {
    return { method: 'sigstore', ...sigstore, trustRoot: await readTrust(root, sigstore.trustRoot) };
  }
  const files = await Promise.all((certificates ?? []).map((file) => readTrust(root, file)));
  return { method: 'certificate', certificates: files, identity };
}

async function readTrust(root: string, file: string): Promise<string> {
  try {
    return await readFile(resolve(root, file), 'utf8');
  } catch (cause) {
    throw new MlDeployError({
      code: 'model/no-trust',
      kind: 'usage',
      message: `model.requireSignature names ${file}, which cannot be read: ${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}`,
      hint: 'The path starts from the folder of mldeploy.yaml. Put the key or certificate of the signer there.',
      cause,
    });
  }
}

/** Inputs and outputs as the configuration declares them; null when it does not. */
