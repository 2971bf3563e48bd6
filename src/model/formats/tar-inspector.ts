import { TarWalk } from '../archives/tar/walk.ts';
import { checkReferences } from '../archives/plain.ts';
import type { Inspected, InspectContext, Inspector } from './format.ts';
import { nemoConfig } from './nemo.ts';

/** Checks a tar archive and what is in it. */
export function inspectTar(context: InspectContext): Inspector {
  return new TarInspector(context);
}

class TarInspector implements Inspector {
  private readonly context: InspectContext;
  private readonly walk: TarWalk;
  private nemo = false;

  constructor(context: InspectContext) {
    this.context = context;
    this.walk = new TarWalk(context, ({ name }) => {
      if (name !== 'model_config.yaml') return null;
      this.nemo = true;
      return nemoConfig(context);
    });
  }

  write(chunk: Buffer): Promise<void> {
    return this.walk.write(chunk);
  }

  async end(): Promise<Inspected> {
    await this.walk.end();
    const { read, members } = this.walk;
    checkReferences(read, this.context);
    const tensors = [...read.values()].flatMap(({ tensors: some = [] }) => some);
    return {
      format: this.nemo ? 'nemo' : 'tar',
      facts: { members },
      ...(tensors.length > 0 ? { tensors } : {}),
    };
  }
}
