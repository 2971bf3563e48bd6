import { canarySelector, revisionSelector } from '../../kubernetes/objects/service.ts';
import { resources } from '../../kubernetes/resources.ts';
import type { TrafficFacts, TrafficObject } from './provider.ts';

/**
 * The public Service: at rest it selects one revision, during a canary by replicas every revision that has pods.
 */
export function publicServiceTraffic(facts: TrafficFacts, splits: boolean): TrafficObject {
  return {
    resource: resources.service,
    name: facts.model,
    adopted: false,
    allTo: (revision) => [{ op: 'replace', path: '/spec/selector', value: revisionSelector(facts.model, revision) }],
    split: () => (splits ? [{ op: 'replace', path: '/spec/selector', value: canarySelector(facts.model) }] : null),
  };
}
