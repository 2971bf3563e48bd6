/** Name of the configuration that is looked for when none is given. */
export const defaultConfigName = 'mldeploy.yaml';
