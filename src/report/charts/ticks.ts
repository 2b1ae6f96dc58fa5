/** A place on an axis and its text. */
export type Tick = readonly [number, string];

/** Most labels of an axis. */
const MOST = 8;

/** A number as short as it can be said: plain from 0.001 to 9999, else with an exponent. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e-3 && size < 1e4) return String(Number(value.toPrecision(10)));
  return String(Number(value.toPrecision(4)).toExponential()).replace('e+', 'e');
}

/**
 * Ticks of a logarithmic axis: powers of ten, every second or third of them on a long axis, and 2 and 5 between on a
 * short one.
 */
export function logTicks(low: number, high: number, most = MOST): readonly Tick[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const inside = (value: number): boolean => value >= low * (1 - 1e-12) && value <= high * (1 + 1e-12);
  const powers = Array.from({ length: last - first + 1 }, (_, k) => Number(`1e${first + k}`));
  const whole = powers.filter(inside);
  if (whole.length > 2) {
    const step = Math.ceil(whole.length / most);
    return whole
      .filter((power) => Math.round(Math.log10(power)) % step === 0)
      .map((value) => [value, tickText(value)] as const);
  }
  const choices = [
    [1, 2, 5],
    [1, 1.5, 2, 3, 4, 5, 7],
  ];
  const found = choices.map((digits) => powers.flatMap((power) => digits.map((digit) => digit * power)).filter(inside));
  const [coarse, fine] = found;
  if (coarse.length > 2) return coarse.map((value) => [value, tickText(value)] as const);
  return fine.length > 2 ? fine.map((value) => [value, tickText(value)] as const) : linearTicks(low, high, 4);
}

/** Ticks of a linear axis at multiples of 1, 2 or 5 times a power of ten. */
export function linearTicks(low: number, high: number, most = MOST): readonly Tick[] {
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((digit) => digit * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, k) => {
    const value = Number(((first + k) * step).toPrecision(12));
    return [value, tickText(value)] as const;
  });
}
