/** Labels and annotations that every object of ours carries. */
export const labels = {
  app: 'app',
  revision: 'revision',
  /** In every revision's pods from birth: during a canary the public Service selects it. */
  canary: 'canary',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

export const managedByUs = 'ml-deploy';

export const annotations = {
  /** Who may write: every write tests it, a takeover raises it. */
  epoch: 'mldeploy/epoch',
  /** Unique name of the run of the engine that took over last. */
  engine: 'mldeploy/engine',
  image: 'mldeploy/image',
  modelDigest: 'mldeploy/model-digest',
  /** Hash of the pod template without what names the revision: equal means "the same release". */
  template: 'mldeploy/template',
  /** On somebody else's route, while a canary splits it: the weights that its backends of the model had. */
  weights: 'mldeploy/original-weights',
  /** On the Lease: the epoch for which the watchdog proved its rights. */
  armed: 'mldeploy/watchdog-armed',
} as const;

/**
 * Name of an annotation of ours; on an object that several models share each has its own, `fraud.mldeploy/epoch`.
 */
export function annotationOf(name: string, sharedBy: string | undefined): string {
  return sharedBy === undefined ? name : `${sharedBy}.${name}`;
}

/**
 * Where JSON Patch finds an annotation.
 */
export function annotationPath(name: string, sharedBy?: string): string {
  return `/metadata/annotations/${escapePointer(annotationOf(name, sharedBy))}`;
}

/** `/metadata/annotations/mldeploy~1epoch`: where JSON Patch finds the epoch. */
export const epochPath = annotationPath(annotations.epoch);

/**
 * Escapes a key for use in a JSON Pointer (RFC 6901).
 */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/**
 * Labels of an object that belongs to the model as a whole.
 */
export function modelLabels(model: string): Record<string, string> {
  return { [labels.app]: model, [labels.managedBy]: managedByUs };
}

/**
 * Labels of a revision's objects and pods.
 */
export function revisionLabels(model: string, revision: string): Record<string, string> {
  return { ...modelLabels(model), [labels.revision]: revision, [labels.canary]: 'on' };
}
