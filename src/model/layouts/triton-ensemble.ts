import type { Message } from '../../text-proto.ts';

/** What is wrong with the steps of an ensemble; null when nothing is. `isThere` tells whether a model is in the repository. */
export function ensembleProblem(config: Message, isThere: (model: string) => boolean): string | null {
  const [scheduling] = config.messages('ensemble_scheduling');
  const steps = scheduling?.messages('step') ?? [];
  if (steps.length === 0) return 'has no steps';
  const producer = new Map<string, number>();
  for (const tensor of config.messages('input')) producer.set(tensor.text('name') ?? '', -1);
  for (const [index, step] of steps.entries()) {
    const model = step.text('model_name') ?? '';
    if (!isThere(model)) return `has a step of the model ${model}, which is not in the repository`;
    for (const tensor of values(step, 'output_map')) {
      if (producer.has(tensor)) return `has two sources of the tensor ${tensor}`;
      producer.set(tensor, index);
    }
  }
  for (const step of steps) {
    const missing = values(step, 'input_map').find((tensor) => !producer.has(tensor));
    if (missing !== undefined) return `takes the tensor ${missing}, which nothing gives`;
  }
  for (const output of config.messages('output')) {
    const name = output.text('name') ?? '';
    if (!producer.has(name)) return `promises the output ${name}, which no step gives`;
  }
  return isCircular(steps, producer) ? 'has steps that wait for each other' : null;
}

function values(step: Message, map: 'input_map' | 'output_map'): string[] {
  return step.messages(map).map((entry) => entry.text('value') ?? '');
}

function isCircular(steps: readonly Message[], producer: ReadonlyMap<string, number>): boolean {
  const done = new Set([-1]);
  for (let before = 0; before < done.size;) {
    before = done.size;
    for (const [index, step] of steps.entries()) {
      if (values(step, 'input_map').every((tensor) => done.has(producer.get(tensor) ?? -1))) done.add(index);
    }
  }
  return done.size < steps.length + 1;
}
