/**
 * The time that the user gives to what is built (https://reproducible-builds.org/specs/source-date-epoch/).
 * @param environment of programs
 * @returns seconds since 1970; null when none is given
 */
export function sourceDateEpoch(environment: Readonly<Record<string, string>>): number | null {
  const told = environment['SOURCE_DATE_EPOCH'];
  return told !== undefined && /^\d{1,11}$/.test(told) ? Number(told) : null;
}
