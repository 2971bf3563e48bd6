import type { Contract } from '../../pipeline/evidence.ts';
import type { Findings } from '../findings.ts';
import { printable } from '../../printable.ts';
import type { Facts } from './format.ts';

const keys = [
  'version',
  'num_class',
  'num_tree_per_iteration',
  'label_index',
  'max_feature_idx',
  'objective',
  'feature_names',
  'monotone_constraints',
  'feature_infos',
  'tree_sizes',
];

/** The lines of a LightGBM model before its first tree. */
export class LightgbmHeader {
  private readonly findings: Findings;
  private readonly fields = new Map<string, string>();
  private averaged = false;
  private checked = false;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  get features(): number {
    return (natural(this.fields.get('max_feature_idx')) ?? -1) + 1;
  }

  /** How many trees there should be; null when it does not say. */
  get trees(): number | null {
    const sizes = this.fields.get('tree_sizes');
    return sizes === undefined ? null : words(sizes).length;
  }

  get facts(): Facts {
    return {
      version: printable(this.fields.get('version') ?? ''),
      objective: printable(this.fields.get('objective') ?? ''),
      features: this.features,
    };
  }

  /** Takes a line; false when it does not belong there. */
  take(line: string, at: number): boolean {
    if (line === 'tree') return at === 0;
    if (line === 'average_output') {
      this.averaged = true;
      return true;
    }
    const equals = line.indexOf('=');
    const key = line.slice(0, equals);
    if (equals < 0 || !keys.includes(key) || this.fields.has(key)) return false;
    this.fields.set(key, line.slice(equals + 1));
    return true;
  }

  /** Checks the lines against each other, once they are all there. */
  check(): void {
    if (this.checked) return;
    this.checked = true;
    const problem = this.problem();
    if (problem !== null) this.findings.add('lightgbm/header', 0, `The header ${problem}.`);
  }

  /** Inputs and outputs; null when the header is not sound. */
  contract(): Contract | null {
    if (this.problem() !== null) return null;
    const width = natural(this.fields.get('num_tree_per_iteration')) ?? 1;
    return {
      inputs: [{ name: 'input', dtype: 'float64', shape: [null, this.features] }],
      outputs: [{ name: 'output', dtype: 'float64', shape: width > 1 ? [null, width] : [null] }],
      source: 'lightgbm',
    };
  }

  private problem(): string | null {
    const version = this.fields.get('version') ?? '';
    if (!/^v[2-4]$/.test(version)) return `has the version ${printable(version)}; v2 to v4 are known`;
    for (const key of ['num_class', 'num_tree_per_iteration', 'max_feature_idx'] as const) {
      if (natural(this.fields.get(key)) === null) return `has no number ${key}`;
    }
    if (natural(this.fields.get('num_class')) === 0) return 'has no class';
    const names = words(this.fields.get('feature_names') ?? '').length;
    if (names !== this.features) return `has ${names} feature_names for ${this.features} features`;
    const infos = this.fields.get('feature_infos');
    if (infos !== undefined && words(infos).length !== this.features) {
      return `has ${words(infos).length} feature_infos for ${this.features} features`;
    }
    const perIteration = natural(this.fields.get('num_tree_per_iteration')) ?? 1;
    if (this.trees !== null && (perIteration === 0 || this.trees % perIteration !== 0)) {
      return `has ${this.trees} trees, ${perIteration} in each iteration`;
    }
    return this.averaged && this.trees === 0 ? 'averages no trees' : null;
  }
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '');
}

function natural(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
