/** A share as a percentage with as many digits as it deserves: `10.3 %`, `0.07 %`, `0 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value >= 100) return `${value.toFixed(0)} %`;
  return `${Number(value.toPrecision(value >= 10 ? 3 : 2))} %`;
}

/** A count with thousands separators. */
export function count(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** An evidence value given as its natural logarithm: `0.32`, `38`, `1.2e9`. */
export function evidenceValue(log: number): string {
  if (Math.abs(log) < Math.log(1000)) return String(Number(Math.exp(log).toPrecision(2)));
  const decimal = log / Math.LN10;
  let exponent = Math.floor(decimal);
  let mantissa = (10 ** (decimal - exponent)).toFixed(1);
  if (mantissa === '10.0') {
    mantissa = '1.0';
    exponent += 1;
  }
  return `${mantissa}e${exponent}`;
}

/** `31 of 302 (10.3 %)` */
export function share(bad: number, total: number): string {
  return total === 0 ? 'no requests' : `${count(bad)} of ${count(total)} (${percent(bad / total)})`;
}
