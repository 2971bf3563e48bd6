import type { Contract } from '../../pipeline/evidence.ts';
import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Json } from '../strict-json.ts';
import type { Inspected } from './format.ts';
import { treeProblem } from './xgboost-tree.ts';

type Fields = ReadonlyMap<string, Json>;
const none: Fields = new Map();

/** Checks an XGBoost model, whether it came as JSON or as Universal Binary JSON. */
export class XgboostModel {
  private readonly findings: Findings;
  private trees = 0;
  private nodes = 0;
  /** Largest feature that a tree asks for. */
  private feature = -1;
  private taken = false;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  /** Checks one tree; null takes its place. */
  takeTree(tree: Json): Json {
    this.taken = true;
    const found = treeProblem(fields(tree));
    if (typeof found === 'string') this.findings.add('xgboost/tree', null, `Tree ${this.trees} ${found}.`);
    else {
      this.nodes += found.nodes;
      this.feature = Math.max(this.feature, found.feature);
    }
    this.trees++;
    return null;
  }

  /** Checks the whole model; trees that were not taken before are checked now. */
  check(value: Json, format: string): Inspected {
    // A pickled booster is a snapshot, with its configuration beside the model.
    const learner = fields(fields(fields(value).get('Model') ?? value).get('learner'));
    const parameters = fields(learner.get('learner_model_param'));
    const booster = fields(learner.get('gradient_booster'));
    const name = booster.get('name');
    const problem = this.problem(learner, parameters, booster);
    if (problem !== null) {
      this.findings.add('xgboost/model', null, `The model ${problem}.`);
      return { format, facts: {} };
    }
    const features = natural(parameters.get('num_feature')) ?? 0;
    return {
      format,
      facts: {
        booster: printable(typeof name === 'string' ? name : ''),
        objective: printable(textOf(fields(learner.get('objective')).get('name'))),
        features,
        trees: this.trees,
        nodes: this.nodes,
      },
      contract: contractOf(features, learner, parameters),
    };
  }

  private problem(learner: Fields, parameters: Fields, booster: Fields): string | null {
    const features = natural(parameters.get('num_feature'));
    if (features === null) return 'has no num_feature';
    const names = learner.get('feature_names');
    if (Array.isArray(names) && names.length > 0 && names.length !== features) {
      return `has ${names.length} feature_names and num_feature ${features}`;
    }
    const name = booster.get('name');
    if (name === 'gblinear') return linearProblem(booster, parameters, features);
    if (name !== 'gbtree' && name !== 'dart') return `has the unknown booster ${printable(textOf(name))}`;
    const model = fields((name === 'dart' ? fields(booster.get('gbtree')) : booster).get('model'));
    const trees = model.get('trees');
    if (!Array.isArray(trees)) return 'has no list of trees';
    if (!this.taken) for (const tree of trees as readonly Json[]) this.takeTree(tree);
    if (this.trees !== trees.length) return `has ${this.trees} trees in lists, but ${trees.length} where they belong`;
    if (this.trees > 0 && features === 0) return 'has trees, but no features';
    if (this.feature >= features) return `asks for feature ${this.feature}, but num_feature is ${features}`;
    if (name === 'dart') {
      const weights = booster.get('weight_drop');
      if (!Array.isArray(weights) || weights.length !== this.trees) return 'has not one weight_drop per tree';
    }
    return this.bookkeeping(model, parameters);
  }

  /** The numbers that say which tree belongs where. */
  private bookkeeping(model: Fields, parameters: Fields): string | null {
    const declared = natural(fields(model.get('gbtree_model_param')).get('num_trees'));
    if (declared !== this.trees) return `says num_trees ${declared}, but has ${this.trees} trees`;
    const info = model.get('tree_info');
    if (!Array.isArray(info) || info.length !== this.trees) return 'has not one tree_info per tree';
    const groups = Math.max(1, natural(parameters.get('num_class')) ?? 0, natural(parameters.get('num_target')) ?? 0);
    // Quantile regression has one group for each quantile, which only its objective tells.
    const limit = groups === 1 ? Math.max(1, this.trees) : groups;
    for (const group of info as readonly Json[]) {
      if (typeof group !== 'number' || !Number.isInteger(group) || group < 0 || group >= limit)
        return `has a tree of the group ${textOf(group)} of ${limit}`;
    }
    const iterations = model.get('iteration_indptr');
    if (iterations !== undefined && !isPartition(iterations, this.trees))
      return 'has iterations that do not part its trees';
    return null;
  }
}

function linearProblem(booster: Fields, parameters: Fields, features: number): string | null {
  const weights = fields(booster.get('model')).get('weights');
  const groups = Math.max(1, natural(parameters.get('num_class')) ?? 0, natural(parameters.get('num_target')) ?? 0);
  if (!Array.isArray(weights)) return 'has no weights';
  return weights.length === 0 || weights.length === (features + 1) * groups
    ? null
    : `has ${weights.length} weights for ${features} features`;
}

/** Whether the numbers rise from 0 to the end. */
function isPartition(value: Json, end: number): boolean {
  if (!Array.isArray(value)) return false;
  let before = 0;
  for (const [index, next] of (value as readonly Json[]).entries()) {
    if (typeof next !== 'number' || next < before || (index === 0 && next !== 0)) return false;
    before = next;
  }
  return before === end;
}

function contractOf(features: number, learner: Fields, parameters: Fields): Contract {
  const objective = textOf(fields(learner.get('objective')).get('name'));
  const classes = natural(parameters.get('num_class')) ?? 0;
  const targets = natural(parameters.get('num_target')) ?? 1;
  const width = objective === 'multi:softprob' ? classes : targets;
  return {
    inputs: [{ name: 'input', dtype: 'float32', shape: [null, features] }],
    outputs: [{ name: 'output', dtype: 'float32', shape: width > 1 ? [null, width] : [null] }],
    source: 'xgboost',
  };
}

function fields(value: Json | undefined): Fields {
  return value instanceof Map ? (value as Fields) : none;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A natural number, which XGBoost writes as text. */
function natural(value: Json | undefined): number | null {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : null;
}
