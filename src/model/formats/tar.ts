import { isHeader } from '../archives/tar/header.ts';
import { TarWalk } from '../archives/tar/walk.ts';
import { checkReferences } from '../archives/plain.ts';
import type { Format, Inspected, InspectContext, Inspector } from './format.ts';
import { nemoConfig } from './nemo.ts';

/** Tar archives: folders in one file, `.nemo` models, PyTorch files from before 2017. */
export const tar: Format = {
  id: 'tar',
  title: 'a tar archive',
  extensions: ['tar', 'nemo'],
  detect: ({ bytes }) => isHeader(bytes.subarray(0, 512)),
  inspect: (context) => new TarInspector(context),
};

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
