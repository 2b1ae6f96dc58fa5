import type { Chance } from './chance.js';

/** A layer as the file has it. */
export interface LayerJson {
  readonly kind: string;
  readonly branch?: readonly LayerJson[];
  readonly skip?: readonly LayerJson[];
  readonly [field: string]: unknown;
}

/** What is known of a state between two layers. */
export interface State {
  readonly law: 'data' | 'gaussian' | 'other';
  /**
   * Whether nothing but readouts, pools and sums stands between it and the data: the covariance is a plain sum over
   * channels.
   */
  readonly raw: boolean;
  /** Positions on each axis; null for vectors and behind a readout. */
  readonly sizes: readonly number[] | null;
  /** Whether a readout has put several positions side by side as features. */
  readonly gathered: boolean;
}

/** What the layers of a network may be. */
export interface Rules {
  /** Whether `step` may occur: then there is no NTK. */
  readonly step: boolean;
  /** Whether the positions must stay what they are: inside the summands of a sum. */
  readonly keepsShape: boolean;
  /** Levels of sums within sums that are left. */
  readonly nesting: number;
}

/** Kinds of layers by what they ask of their input. */
const WEIGHTS = ['dense', 'conv'] as const;
const ACTIVATIONS = ['relu', 'leakyRelu', 'abs', 'erf', 'gelu', 'elu', 'sin', 'cos', 'identity'] as const;
const READOUTS = ['flatten', 'globalAvgPool', 'pixel'] as const;

/** Every kind of layer in the file format. */
export const KINDS: readonly string[] = [
  ...WEIGHTS,
  ...ACTIVATIONS,
  'step',
  'layerNorm',
  'residual',
  'avgPool',
  ...READOUTS,
];

const isOneOf = (list: readonly string[], kind: string): boolean => list.includes(kind);

/** Whether a layer of this kind may read a state. */
export function mayFollow(kind: string, state: State, rules: Rules): boolean {
  if (kind === 'dense') return true;
  if (kind === 'residual') return rules.nesting > 0;
  if (kind === 'step' && !rules.step) return false;
  if (kind === 'conv') return state.sizes !== null;
  if (kind === 'avgPool' || isOneOf(READOUTS, kind)) return state.sizes !== null && !rules.keepsShape;
  return state.law === 'gaussian' && !state.gathered;
}

/** Kinds that may read a state, those twice that make it worth reading. */
export function followers(state: State, rules: Rules): readonly string[] {
  const all = KINDS.filter((kind) => mayFollow(kind, state, rules) && !isOneOf(READOUTS, kind));
  // Two linear layers in a row are rarer in networks than an activation behind weights.
  const activations = all.filter((kind) => isOneOf(ACTIVATIONS, kind) || kind === 'step');
  return state.law === 'other' || state.law === 'data'
    ? [...all, ...all.filter((kind) => isOneOf(WEIGHTS, kind)), ...all.filter((kind) => isOneOf(WEIGHTS, kind))]
    : [...all, ...activations];
}

function axes(sizes: readonly number[], draw: (size: number) => number): readonly number[] {
  return sizes.map(draw);
}

/** Fields that dense and conv share; each may be left out. */
function weights(state: State, chance: Chance): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (chance.holds(0.7)) fields.weightStd = chance.holds(0.04) ? 0 : chance.number(0.5, 1.75);
  if (chance.holds(0.5)) fields.biasStd = chance.number(0, 1);
  if (chance.holds(0.4)) fields.biasInit = chance.of(['normal', 'zero']);
  if (chance.holds(0.4)) fields.train = chance.of([true, false, 0, chance.number(0, 3)]);
  if (state.raw && chance.holds(0.5)) fields.scaling = 'none';
  return fields;
}

/** What a windowed layer leaves of the positions, as the format places windows. */
function behind(
  sizes: readonly number[],
  filter: readonly number[],
  stride: readonly number[],
  padding: unknown,
): readonly number[] {
  return sizes.map((n, a) =>
    padding === 'valid' ? Math.floor((n - filter[a]) / stride[a]) + 1 : Math.ceil(n / stride[a]),
  );
}

/** A layer with the state behind it. */
export interface Drawn {
  readonly layer: LayerJson;
  readonly state: State;
}

function conv(state: State, rules: Rules, chance: Chance): Drawn {
  const sizes = state.sizes ?? [1];
  const padding = rules.keepsShape ? chance.of(['circular', 'same']) : chance.of(['circular', 'same', 'valid']);
  const filter = axes(sizes, (n) => chance.integer(1, padding === 'valid' ? Math.min(n, 3) : 4));
  const strides = !rules.keepsShape && chance.holds(0.35);
  const stride = axes(sizes, () => (strides ? chance.integer(1, 3) : 1));
  const layer = {
    kind: 'conv',
    filter,
    ...(strides ? { stride } : {}),
    ...(padding === 'circular' && chance.holds(0.5) ? {} : { padding }),
    ...weights(state, chance),
  };
  const after = behind(sizes, filter, stride, padding);
  return { layer, state: { law: 'gaussian', raw: false, sizes: after, gathered: false } };
}

function avgPool(state: State, chance: Chance): Drawn {
  const sizes = state.sizes ?? [1];
  const window = axes(sizes, (n) => chance.integer(1, Math.min(n, 3)));
  const strides = chance.holds(0.5);
  const stride = strides ? axes(sizes, () => chance.integer(1, 3)) : window;
  const layer = { kind: 'avgPool', window, ...(strides ? { stride } : {}) };
  return { layer, state: { ...state, sizes: behind(sizes, window, stride, 'valid') } };
}

function readout(kind: string, state: State, chance: Chance): Drawn {
  const sizes = state.sizes ?? [1];
  const at = kind === 'pixel' && chance.holds(0.6) ? { at: axes(sizes, (n) => chance.integer(0, n - 1)) } : {};
  const several = sizes.some((n) => n > 1);
  return {
    layer: { kind, ...at },
    state: { ...state, sizes: null, gathered: state.gathered || (kind === 'flatten' && several) },
  };
}

/** Draws a layer of a kind that may read the state; sums are drawn by whom they hold (`sum`). */
export function drawLayer(
  kind: string,
  state: State,
  rules: Rules,
  chance: Chance,
  sum: (state: State, rules: Rules) => Drawn,
): Drawn {
  if (kind === 'residual') return sum(state, rules);
  if (kind === 'dense') {
    const init = chance.holds(0.2) ? { init: chance.of(['gaussian', 'orthogonal']) } : {};
    return {
      layer: { kind, ...weights(state, chance), ...init },
      state: { law: 'gaussian', raw: false, sizes: state.sizes, gathered: false },
    };
  }
  if (kind === 'conv') return conv(state, rules, chance);
  if (kind === 'avgPool') return avgPool(state, chance);
  if (isOneOf(READOUTS, kind)) return readout(kind, state, chance);
  if (kind === 'layerNorm') return { layer: { kind }, state };
  const slope = kind === 'leakyRelu' ? { slope: chance.number(-1, 1) } : {};
  return { layer: { kind, ...slope }, state: { ...state, law: 'other', raw: false } };
}

/** Draws one of the readouts. */
export function drawReadout(state: State, chance: Chance): Drawn {
  return readout(chance.of(READOUTS), state, chance);
}
