import type { Recipe } from '../recipe.ts';
import { act } from './act.ts';
import { actionlint } from './actionlint.ts';
import { argoRollouts } from './argo-rollouts.ts';
import { argocd } from './argocd.ts';
import { buildkit } from './buildkit.ts';
import { buildx } from './buildx.ts';
import { containerd } from './containerd.ts';
import { coredns } from './coredns.ts';
import { cosign } from './cosign.ts';
import { crane } from './crane.ts';
import { flagger } from './flagger.ts';
import { gatewayApi } from './gateway-api.ts';
import { istioCrds } from './istio-crds.ts';
import { kubernetes } from './kubernetes.ts';
import { kwok } from './kwok.ts';
import { oras } from './oras.ts';
import { prometheus } from './prometheus.ts';
import { tekton } from './tekton.ts';
import { traefik } from './traefik.ts';

/** Every component that can be built, by name. */
export const recipes = {
  kubernetes,
  buildkit,
  buildx,
  containerd,
  coredns,
  act,
  actionlint,
  'gateway-api': gatewayApi,
  'istio-crds': istioCrds,
  traefik,
  tekton,
  argocd,
  kwok,
  prometheus,
  'argo-rollouts': argoRollouts,
  flagger,
  oras,
  crane,
  cosign,
} satisfies Record<string, Recipe>;

export type ComponentName = keyof typeof recipes;
