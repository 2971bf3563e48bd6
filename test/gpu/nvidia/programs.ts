/** A program on a GPU, as the driver lists it. */
export interface Program {
  readonly pid: number | string;
  readonly mib: number;
  /** `C` computes, `G` draws; `C` unless said. */
  readonly type?: string;
  readonly name?: string;
  /** GPU instance of a MIG device. */
  readonly instance?: string;
}

export interface Besides {
  /** Memory in use without a program. */
  readonly moreMiB?: number;
  /** Percent; as the document has it unless said. */
  readonly busy?: number;
}

/** One `<gpu>` element, or a document with one GPU, with these programs added to those that it lists: they take memory. */
export function withPrograms(xml: string, programs: readonly Program[], { moreMiB = 0, busy }: Besides = {}): string {
  const infos = programs
    .map(
      ({ pid, mib, type = 'C', name = 'node', instance = 'N/A' }) =>
        `<process_info><gpu_instance_id>${instance}</gpu_instance_id><compute_instance_id>0</compute_instance_id><pid>${pid}</pid><type>${type}</type><process_name>${name}</process_name><used_memory>${mib} MiB</used_memory></process_info>`,
    )
    .join('');
  const taken = programs.reduce((sum, { mib }) => sum + mib, moreMiB);
  return xml
    .replace(/<processes ?\/>|<processes>\s*<\/processes>/, '<processes></processes>')
    .replace(/<\/processes>/, `${infos}</processes>`)
    .replace(/(<gpu_util>)\d+/, (whole, head: string) => (busy === undefined ? whole : `${head}${busy}`))
    .replaceAll(
      /(<fb_memory_usage>[\s\S]*?<used>)(\d+)( MiB<\/used>\s*<free>)(\d+)/g,
      (_, head: string, used: string, between: string, free: string) =>
        `${head}${Number(used) + taken}${between}${Number(free) - taken}`,
    );
}
