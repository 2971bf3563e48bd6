import type { Addon } from './addon.ts';
import { argoRollouts } from './argo-rollouts.ts';
import { argocd } from './argocd.ts';
import { dns } from './dns.ts';
import { istioCrds } from './istio-crds.ts';
import { flagger } from './flagger.ts';
import { kwok } from './kwok.ts';
import { prometheus } from './prometheus.ts';
import { imageVolumes, secondNode } from './second-node.ts';
import { tekton } from './tekton.ts';
import { traefik } from './traefik.ts';

/** Every add-on that can be asked for with `--with`, by name. */
export const addons: Readonly<Record<string, Addon>> = {
  dns,
  traefik,
  tekton,
  argocd,
  prometheus,
  kwok,
  'istio-crds': istioCrds,
  'second-node': secondNode,
  'image-volumes': imageVolumes,
  'argo-rollouts': argoRollouts,
  flagger,
};

/**
 * Puts add-ons in the order in which they have to start, with those they need.
 * @param names what is asked for
 * @returns add-ons, each once
 * @throws Error for a name that does not exist
 */
export function resolveAddons(names: readonly string[]): Addon[] {
  const ordered: Addon[] = [];
  const visit = (name: string): void => {
    const addon = addons[name];
    if (!addon) throw new Error(`no add-on is called "${name}"; there are: ${Object.keys(addons).join(', ')}`);
    for (const needed of addon.needs ?? []) visit(needed);
    if (!ordered.includes(addon)) ordered.push(addon);
  };
  names.forEach(visit);
  return ordered;
}
