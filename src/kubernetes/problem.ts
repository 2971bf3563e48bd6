import { MlDeployError } from '../errors.ts';
import type { Reply, Resource } from './api.ts';
import type { BrokenConnection } from './connection.ts';
import { cut } from '../cut.ts';

/** What was asked when the API server said no. */
export interface Asked {
  readonly verb: string;
  readonly resource: Resource;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly server: string;
}

/** The API server never answered within the deadline. */
export function unreachable(server: string, cause: BrokenConnection, waitedMs: number): MlDeployError {
  if (cause.unknownName !== null) {
    return new MlDeployError({
      code: 'kubernetes/unreachable',
      kind: 'infrastructure',
      message: `The Kubernetes API server ${server} cannot be reached: this machine finds no address for the name ${cause.unknownName} (${cause.message.split(': ').slice(1).join(': ')}).`,
      hint: 'Check `server` of the cluster in the kubeconfig (kubectl config view --minify), the context, the DNS of this machine, and whether a VPN has to be on.',
      cause,
    });
  }
  return new MlDeployError({
    code: 'kubernetes/unreachable',
    kind: 'infrastructure',
    message: `The Kubernetes API server did not answer for ${Math.round(waitedMs / 1000)} s: ${cause.message}`,
    hint: `Check that ${server} is right and reachable from here (kubectl get --raw /readyz).`,
    cause,
  });
}

/** Explains a refusal of the API server: what was asked, where, why it was refused, what to do. */
export function problemOf(reply: Reply, asked: Asked): MlDeployError {
  const reason = reasonOf(reply);
  const what = `${asked.resource.kind}${asked.name === null ? '' : ` ${asked.name}`}${asked.namespace === null ? '' : ` in namespace ${asked.namespace}`}`;
  const group = asked.resource.apiVersion.includes('/') ? asked.resource.apiVersion.split('/')[0] : '';
  const known = explain(reply.status, asked, reason);
  return new MlDeployError({
    code: known.code,
    kind: 'infrastructure',
    message: known.message(what, `${asked.resource.plural}${group === '' ? '' : `.${group}`}`),
    hint: known.hint,
  });
}

interface Explanation {
  readonly code: string;
  readonly hint: string;
  message(what: string, resource: string): string;
}

function explain(status: number, asked: Asked, reason: string): Explanation {
  switch (status) {
    case 401:
      return {
        code: 'kubernetes/unauthenticated',
        message: () => `${asked.server} does not accept these credentials (401): ${reason}`,
        hint: 'Log in again, or use a kubeconfig with a valid token or certificate.',
      };
    case 403: {
      const admission = admissions.find(({ pattern }) => pattern.test(reason));
      if (admission !== undefined) {
        return {
          code: admission.code,
          message: (what) =>
            `The cluster does not admit ${what}: ${admission.means(admission.pattern.exec(reason))} (${reason})`,
          hint: admission.hint,
        };
      }
      return {
        code: 'kubernetes/forbidden',
        message: (what, resource) => `Not allowed to ${asked.verb} ${resource} (${what}): ${reason}`,
        hint: 'Give the account a Role with this verb on this resource: tekton/rbac has those that are enough, rbac.yaml for rollouts and smoke.yaml for smoke tests.',
      };
    }
    case 404:
      return {
        code: 'kubernetes/not-found',
        message: (what) => `${what} does not exist: ${reason}`,
        hint: 'Check name and namespace; for a kind of object that is missing altogether, its CRDs are not installed.',
      };
    case 409:
      return {
        code: 'kubernetes/conflict',
        message: (what) => `${what} was changed by somebody else (409): ${reason}`,
        hint: 'Look at `ml-deploy status`: another engine or a person works on this model.',
      };
    case 422:
      return isFailedTest(reason)
        ? {
            code: 'kubernetes/conflict',
            message: (what) =>
              `${what} is not in the state this engine left it in (a JSON Patch test failed): ${reason}`,
            hint: 'Look at `ml-deploy status`: another engine or a person works on this model.',
          }
        : {
            code: 'kubernetes/invalid',
            message: (what) => `The API server refuses ${what} as invalid: ${reason}`,
            hint: 'Correct the named field in mldeploy.yaml.',
          };
    default:
      return {
        code: status >= 500 || status === 429 ? 'kubernetes/unavailable' : 'kubernetes/refused',
        message: (what) => `The API server answered ${status} to ${asked.verb} ${what}: ${reason}`,
        hint: 'Try again; if it stays, look at the API server.',
      };
  }
}

/** Refusals with the status of a missing right that have nothing to do with rights: rules of the namespace or the cluster for any object. */
const admissions: readonly {
  readonly pattern: RegExp;
  readonly code: string;
  readonly means: (found: RegExpExecArray | null) => string;
  readonly hint: string;
}[] = [
  {
    pattern: /exceeded quota: ([^,]+), requested: (.+), used: (.+), limited: (.+)$/,
    code: 'kubernetes/quota',
    means: (found) =>
      `the quota ${found?.[1] ?? ''} of the namespace allows ${found?.[4] ?? ''}, taken are ${found?.[3] ?? ''}, asked for are ${found?.[2] ?? ''}`,
    hint: 'Free some of it, ask for less in resources, or have the ResourceQuota raised.',
  },
  {
    pattern: /failed quota: ([^:]+): (.+)$/,
    code: 'kubernetes/quota',
    means: (found) =>
      `the quota ${found?.[1] ?? ''} of the namespace asks that every pod names what it takes: ${found?.[2] ?? ''}`,
    hint: 'Set what it names in resources, or have the ResourceQuota changed.',
  },
  {
    pattern: /violates PodSecurity "([^"]+)"/,
    code: 'kubernetes/not-admitted',
    means: (found) => `it breaks the pod security standard ${found?.[1] ?? ''} of the namespace`,
    hint: 'Correct what is named, or choose another namespace.',
  },
  {
    pattern: /RuntimeClass "([^"]+)" not found/,
    code: 'kubernetes/not-admitted',
    means: (found) => `the cluster has no RuntimeClass ${found?.[1] ?? ''}`,
    hint: 'Correct deploy.runtimeClass (kubectl get runtimeclasses), or install it: the NVIDIA GPU operator brings `nvidia`.',
  },
  {
    pattern: /(?:maximum|minimum) \w+ usage per (?:Container|Pod) is|max\w* ratio/,
    code: 'kubernetes/not-admitted',
    means: () => 'the LimitRange of the namespace does not allow that much or that little',
    hint: 'Change resources, or have the LimitRange changed.',
  },
];

function isFailedTest(reason: string): boolean {
  return (
    /testing (value )?path|test operation|testing .* failed/i.test(reason) ||
    reason.includes('the server rejected our request due to an error in our request')
  );
}

/** `message` of the Status object, else the first line of the body. */
function reasonOf(reply: Reply): string {
  try {
    const status = JSON.parse(reply.body) as { message?: unknown };
    if (typeof status.message === 'string' && status.message !== '') return status.message;
  } catch {
    // not JSON: a proxy in between
  }
  return cut(reply.body.split('\n', 1)[0] ?? '', 300);
}
