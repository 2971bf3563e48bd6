import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSecretName } from '../pipeline/hide-secrets.ts';
import { masksOf } from '../pipeline/masks.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The credentials that a run can come across in files, in every form in which they might be shown: those of the kubeconfig and of the
 * Docker configuration.
 * @param kubeconfig path; null: those that KUBECONFIG names
 * @param environment variables of the run
 */
export function credentialsOf(kubeconfig: string | null, environment: Environment): string[] {
  const read = (file: string | null): string[] => {
    try {
      return file === null || file === '' ? [] : [readFileSync(file, 'utf8')];
    } catch {
      return []; // none there: nothing to hide
    }
  };
  const docker = environment['DOCKER_CONFIG'] ?? join(environment['HOME'] ?? '/', '.docker');
  const texts = [
    ...read(kubeconfig),
    ...(environment['KUBECONFIG'] ?? '').split(':').flatMap(read),
    ...read(join(docker, 'config.json')),
  ];
  // Only what stands under a secret key: the text of a file as a whole is no secret.
  return texts.filter((text) => /token|password|auth|key-data|secret/i.test(text)).flatMap(masksOf);
}

/** Values of variables whose names say that they are secret. */
export function secretVariables(environment: Environment): string[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) ? masksOf(value) : [],
  );
}
