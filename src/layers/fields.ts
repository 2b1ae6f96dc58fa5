import type { LayerNode } from './node.js';

/** A field that holds one value. */
export interface ScalarField<V> {
  readonly holds: 'scalar';
  /** Value where the file leaves the field out; undefined for a field that must be given. */
  readonly fallback: V | undefined;
  /** What is accepted, after "must be". */
  readonly rule: string;
  /** What to write instead. */
  readonly remedy: string;
  /** Stands for an unreadable value where there is no fallback, so that checking goes on. */
  readonly standIn?: V;
  /** The value, or undefined when `json` breaks the rule. */
  accept(json: unknown): V | undefined;
}

/** A field that holds a list of layers. */
export interface LayersField {
  readonly holds: 'layers';
  /** List where the file leaves the field out; undefined for a field that must be given. */
  readonly fallback: readonly LayerNode[] | undefined;
  readonly rule: string;
  readonly remedy: string;
}

/** The field whose values have type V. */
export type Field<V> = ScalarField<V> | (V extends readonly LayerNode[] ? LayersField : never);

/** One field for every property of a layer but its kind. */
export type FieldTable<T extends LayerNode> = { readonly [K in Exclude<keyof T, 'kind'>]: Field<T[K]> };

/** Fields of a layer by name, when the layer is not known. */
export type AnyFieldTable = Readonly<Record<string, ScalarField<unknown> | LayersField>>;

function isFiniteNumber(json: unknown): json is number {
  return typeof json === 'number' && Number.isFinite(json);
}

/** A scale: a finite number >= 0 whose square is finite, since kernels hold squares. */
export function scaleField(fallback: number): ScalarField<number> {
  return {
    holds: 'scalar',
    fallback,
    rule: 'a finite number >= 0 with a finite square',
    remedy: `Give the standard deviation or factor, e.g. ${fallback}.`,
    // + 0 turns -0 into 0.
    accept: (json) => (isFiniteNumber(json) && json >= 0 && Number.isFinite(json * json) ? json + 0 : undefined),
  };
}

/** The number that must be given, from `low` to `high`. */
export function rangeField(low: number, high: number, remedy: string): ScalarField<number> {
  return {
    holds: 'scalar',
    fallback: undefined,
    rule: `a finite number from ${low} to ${high}`,
    remedy,
    standIn: low,
    accept: (json) => (isFiniteNumber(json) && json >= low && json <= high ? json + 0 : undefined),
  };
}

/** How much a layer is trained: true (1), false (0), or its own factor >= 0. */
export function trainField(): ScalarField<boolean | number> {
  return {
    holds: 'scalar',
    fallback: true,
    rule: 'true, false or a finite number >= 0',
    remedy: 'true trains the layer, false freezes it, a number multiplies its share of the NTK.',
    accept: (json) => {
      if (typeof json === 'boolean') return json;
      return isFiniteNumber(json) && json >= 0 ? json + 0 : undefined;
    },
  };
}

/** One of a few words. */
export function choiceField<const V extends string>(choices: readonly V[], fallback: V): ScalarField<V> {
  return {
    holds: 'scalar',
    fallback,
    rule: choices.map((c) => `"${c}"`).join(' or '),
    remedy: `Leave it out for "${fallback}".`,
    accept: (json) => choices.find((c) => c === json),
  };
}

/** A count of units that may be left open (null). */
export function widthField(): ScalarField<number | null> {
  return {
    holds: 'scalar',
    fallback: null,
    rule: 'a whole number >= 1',
    remedy: 'It fixes the units of the finite network only; leave it out to take the width asked for there.',
    accept: (json) => (Number.isSafeInteger(json) && isFiniteNumber(json) && json >= 1 ? json : undefined),
  };
}

/** One whole number >= `low` for each axis, `[w]` or `[h, w]`; it must be given. */
export function axesField(low: 0 | 1, remedy: string): ScalarField<readonly number[]> {
  return {
    holds: 'scalar',
    fallback: undefined,
    rule: `a list of one or two whole numbers >= ${low}, one an axis`,
    remedy,
    standIn: [],
    accept: (json) => {
      const isList = Array.isArray(json) && (json.length === 1 || json.length === 2);
      if (!isList || !json.every((n) => Number.isSafeInteger(n) && n >= low)) return undefined;
      // + 0 turns -0 into 0.
      return Object.freeze(json.map((n: number) => n + 0));
    },
  };
}

/** The same, with a default that fits any number of axes (null). */
export function openAxesField(low: 0 | 1, remedy: string): ScalarField<readonly number[] | null> {
  return { ...axesField(low, remedy), fallback: null };
}

/** A list of layers; `fallback` undefined when it must be given. */
export function layersField(fallback: readonly LayerNode[] | undefined, remedy: string): LayersField {
  return { holds: 'layers', fallback: fallback && Object.freeze(fallback), rule: 'a list of layers', remedy };
}
