import { type Beside, besideIn, type GpuUse } from '../../gpu/use.ts';

/** A GPU that is this busy, percent, may be so by a display or by what others do now and then. */
const quiet = 5;
/** One that is at least this busy, percent, is busy by more than that. */
const clearly = 10;
/** One or two looks may fall together with what others do for a moment. */
const leastLooks = 3;

/**
 * The driver tells how busy a GPU is, not by whom. Beside others it counts as the server's only when the GPU was quiet before and after the
 * requests and busy all the time between.
 * @returns why it may have been busy with others, half a sentence; null: with the server
 */
export function mayBeOthers(use: GpuUse): string | null {
  const beside = besideIn(use);
  if (beside === null || use.asked === null) return null;
  return beside.computes ? besideComputing(use, use.asked, beside) : besideDisplay(use, use.asked, beside);
}

function besideDisplay(
  { startUtilisation: before }: GpuUse,
  { utilisation }: NonNullable<GpuUse['asked']>,
  { who }: Beside,
): string | null {
  if (before === null) return `${who} draws there, too`;
  if (before > quiet) return `${who} draws there, too, and it was busy before the start (${before} %)`;
  if ((utilisation ?? 0) < clearly) return `${who} draws there, too, and it was hardly busier (${utilisation ?? 0} %)`;
  return null;
}

function besideComputing(
  { others }: GpuUse,
  { atRest, usually, looks }: NonNullable<GpuUse['asked']>,
  { who }: Beside,
): string | null {
  const there = `${who} may compute there, too`;
  if (!others.steady) return `${there}, and came, went or changed its memory meanwhile`;
  if (atRest === null) return `${there}, and how busy it was without requests is not known`;
  if (atRest > quiet) return `${there}, and it was busy without requests (${atRest} %)`;
  if (looks < leastLooks)
    return `${there}, and ${looks} looks while requests were made are too few to tell (raise smoke.requests)`;
  if ((usually ?? 0) < clearly)
    return `${there}, and it was not busy all the time (at half of the looks ${usually ?? 0} % or less)`;
  return null;
}
