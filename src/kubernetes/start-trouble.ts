/** Why a node could not make or start a container, and whose fault that is. */
export interface StartTrouble {
  /**
   * `image`: it cannot be started anywhere. `configuration`: what the pod names is not in the namespace. `node`: the machine or its container
   * runtime; nothing is known against the image.
   */
  readonly fault: 'image' | 'configuration' | 'node';
  /** A phrase without a full stop. */
  readonly means: string;
  readonly hint: string;
  /** The kubelet tries again, and the next try may end otherwise. */
  readonly mayPass: boolean;
}

interface Cause {
  readonly pattern: RegExp;
  readonly fault: StartTrouble['fault'];
  readonly means: (found: RegExpExecArray) => string;
  readonly hint: string;
  readonly mayPass?: boolean;
}

const entry = 'Check the entry point of the image (ENTRYPOINT, CMD, USER, WORKDIR).';
const gpuNode =
  'Look at the NVIDIA Container Toolkit and the driver on that node; `ml-deploy doctor` says what is missing.';
const busyNode = 'Look at the node: its container runtime is overloaded or out of order.';

/** First match counts. What a node's own parts say comes first: they fail in the words that a program of the image has, too. */
const causes: readonly Cause[] = [
  {
    pattern: /requirement error: unsatisfied condition: ([^\n,]+)/,
    fault: 'node',
    means: ([, condition = '']) => `the driver of the node is older than the CUDA of the image asks for (${condition})`,
    hint: 'Update the driver, choose nodes with a newer one (deploy.nodeSelector), or build on an older CUDA.',
  },
  {
    pattern: /nvidia-container|nvidia-ctk|libnvidia|unresolvable CDI|CDI device|could not select device driver/i,
    fault: 'node',
    means: () => 'the NVIDIA container runtime of the node does not hand the GPU over',
    hint: gpuNode,
  },
  {
    pattern: /no runtime for "?([\w.-]+)"?|unknown runtime handler|runtime handler "?([\w.-]+)"? /i,
    fault: 'node',
    means: ([, one, other]) =>
      `the container runtime of the node has no handler ${one ?? other ?? 'of that name'} (deploy.runtimeClass)`,
    hint: 'Set the handler up on the node (nvidia-ctk runtime configure), or choose other nodes.',
  },
  {
    pattern: /(secret|configmap) "([^"]+)" not found/i,
    fault: 'configuration',
    means: ([, kind = '', name = '']) =>
      `the ${kind.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap'} ${name} is not in the namespace`,
    hint: 'Create it, or correct deploy.secrets and deploy.configMaps.',
  },
  {
    pattern: /couldn't find key (\S+) in (Secret|ConfigMap) (\S+)/i,
    fault: 'configuration',
    means: ([, key = '', kind = '', name = '']) => `the ${kind} ${name} has no key ${key}`,
    hint: 'Add the key, or correct the configuration.',
  },
  {
    pattern: /runAsNonRoot|non-numeric user/,
    fault: 'image',
    means: () => 'the image would run as root, or as a user whose number is not known',
    hint: 'Give the image a numeric USER other than 0.',
  },
  {
    pattern: /OOM-killed|memory limit too low/i,
    fault: 'image',
    means: () => 'resources.memory is too little even to start it',
    hint: 'Raise resources.memory.',
  },
  {
    pattern: /no space left on device|disk quota exceeded|read-only file system/i,
    fault: 'node',
    means: () => 'the disk of the node is full or cannot be written',
    hint: 'Free space on the node (crictl rmi --prune), or choose another one.',
    mayPass: true,
  },
  {
    pattern: /exec:? ["'`]?(?:\S*\/)?(?:runc|crun|containerd-shim\S*|\S*hook\S*)["'`]?:/i,
    fault: 'node',
    means: () => 'a program of the container runtime is missing on the node',
    hint: busyNode,
  },
  {
    pattern:
      /(?:\bexec:? ?|executable file )["'`]?([^"'`:\s]+)["'`]?:? .*?(executable file not found|no such file or directory|not found|permission denied|exec format error|is a directory)/is,
    fault: 'image',
    means: ([, program = '', why = '']) =>
      /format/i.test(why)
        ? `its program ${program} is for another architecture (${why})`
        : `its program ${program} cannot be run: ${why}`,
    hint: entry,
  },
  {
    pattern: /no command specified/i,
    fault: 'image',
    means: () => 'it has neither an entry point nor a command (no command specified)',
    hint: entry,
  },
  {
    pattern: /chdir to cwd \("?([^")]*)"?\)/,
    fault: 'image',
    means: ([, folder = '']) => `its working directory ${folder} is not there or may not be entered`,
    hint: entry,
  },
  {
    pattern: /unable to find (user|group) (\S+?):|no matching entries in (?:passwd|group) file/i,
    fault: 'image',
    means: ([, what = 'user', name = '']) => `it names a ${what} ${name} that it does not have`,
    hint: entry,
  },
  {
    pattern:
      /deadline exceeded|timed? ?out|is reserved for|transport is closing|connection refused|error reading from server|resource temporarily unavailable|cannot allocate memory|too many open files|try again/i,
    fault: 'node',
    means: () => 'the container runtime of the node is overloaded or starts anew',
    hint: busyNode,
    mayPass: true,
  },
  {
    pattern: /network|\bcni\b|failed to (?:set ?up|configure)|sandbox/i,
    fault: 'node',
    means: () => 'the network or the sandbox of the pod could not be set up',
    hint: 'Look at the network plugin (CNI) of that node.',
    mayPass: true,
  },
];

/**
 * Judges the message of a container that waits or ended without having run (reasons CreateContainerConfigError, CreateContainerError,
 * RunContainerError, StartError), or of an event about its pod. Words that are not known blame nobody but the node: an image is at fault only when
 * the message says so.
 */
export function startTrouble(message: string): StartTrouble {
  for (const { pattern, fault, means, hint, mayPass = false } of causes) {
    const found = pattern.exec(message);
    if (found !== null) return { fault, means: means(found), hint, mayPass };
  }
  return { fault: 'node', means: 'for a reason that is not known here', hint: busyNode, mayPass: true };
}

/** Reasons of events that tell why a pod, though it has a node, has no container yet. */
const creations = new Set([
  'FailedCreatePodSandBox',
  'FailedMount',
  'FailedAttachVolume',
  'FailedMapVolume',
  'NetworkNotReady',
  'FailedPrepareDynamicResources',
]);

/** The last event that tells why a pod has no container yet; null: none does. */
export function creationTrouble(
  events: readonly { readonly reason: string; readonly message: string }[],
): { readonly reason: string; readonly message: string } | null {
  return events.findLast(({ reason }) => creations.has(reason)) ?? null;
}
