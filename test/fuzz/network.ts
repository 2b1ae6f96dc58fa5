import type { Chance } from './chance.js';
import {
  type Drawn,
  drawLayer,
  drawReadout,
  followers,
  type LayerJson,
  mayFollow,
  type Rules,
  type State,
} from './layers.js';

/** A network in the file format with the shape of inputs that it takes. */
export interface Network {
  readonly json: { readonly format: 'ntk-architecture/1'; readonly layers: readonly LayerJson[] };
  /** Positions of an input on each axis; null for vectors. */
  readonly sizes: readonly number[] | null;
  readonly channels: number;
  /** Whether it has an NTK beside its NNGP. */
  readonly tangent: boolean;
}

/** Layers that must follow each other somewhere in a network, by their kinds. */
export type Wish = readonly string[];

interface Path {
  readonly layers: readonly LayerJson[];
  readonly state: State;
}

/** Layers one after the other, each of a kind that its state allows. */
function walk(start: State, count: number, rules: Rules, chance: Chance): Path {
  const layers: LayerJson[] = [];
  let state = start;
  for (let k = 0; k < count; k++) {
    const drawn = draw(chance.of(followers(state, rules)), state, rules, chance);
    layers.push(drawn.layer);
    state = drawn.state;
  }
  return { layers, state };
}

function draw(kind: string, state: State, rules: Rules, chance: Chance): Drawn {
  return drawLayer(kind, state, rules, chance, (at, inside) => sum(at, inside, chance));
}

function then(path: Path, kind: string, rules: Rules, chance: Chance): Path {
  const { layer, state } = draw(kind, path.state, rules, chance);
  return { layers: [...path.layers, layer], state };
}

function join(first: Path, second: Path): Path {
  return { layers: [...first.layers, ...second.layers], state: second.state };
}

/** Weights that keep the positions: what a branch must end in. */
function fresh(state: State, rules: Rules, chance: Chance): Path {
  const kind = state.sizes !== null && chance.holds(0.6) ? 'conv' : 'dense';
  return then({ layers: [], state }, kind, { ...rules, keepsShape: true }, chance);
}

/** One layer for each summand with the same effect on the positions. */
function alike(states: readonly State[], chance: Chance): readonly Path[] {
  const kind = chance.of(['conv', 'avgPool', 'readout']);
  const free: Rules = { step: false, keepsShape: false, nesting: 0 };
  const [first] = states;
  if (kind === 'readout') {
    return states.map((state) => {
      const { layer, state: after } = drawReadout(state, chance);
      return { layers: [layer], state: after };
    });
  }
  const model = draw(kind, first, free, chance);
  return states.map((state) => {
    const { layer } = model;
    if (kind === 'avgPool') return { layers: [layer], state: { ...state, sizes: model.state.sizes } };
    const { filter, stride, padding } = draw(kind, state, free, chance).layer;
    const windows = { filter: layer.filter, stride: layer.stride, padding: layer.padding };
    // Another filter has the same effect where what lies outside is filled up.
    const own = layer.padding !== 'valid' && padding !== 'valid' ? { ...windows, filter, padding } : windows;
    const given = Object.fromEntries(
      Object.entries({ ...own, stride: windows.stride ?? stride }).filter(([, v]) => v !== undefined),
    );
    if (windows.stride === undefined) delete given.stride;
    return { layers: [{ kind, ...given }], state: { ...model.state } };
  });
}

/** A sum of two paths that end on the same positions, the branch in weights. */
function sum(start: State, rules: Rules, chance: Chance): Drawn {
  const inside: Rules = { ...rules, keepsShape: true, nesting: rules.nesting - 1 };
  let branch = walk(start, chance.integer(0, 2), inside, chance);
  let skip = chance.holds(0.5) ? walk(start, chance.integer(0, 2), inside, chance) : { layers: [], state: start };
  if (!rules.keepsShape && start.sizes !== null && chance.holds(0.4)) {
    const [b, s] = alike([branch.state, skip.state], chance);
    branch = join(branch, b);
    skip = join(skip, s);
    branch = join(branch, walk(branch.state, chance.integer(0, 1), inside, chance));
    if (chance.holds(0.5)) skip = join(skip, walk(skip.state, chance.integer(0, 1), inside, chance));
  }
  branch = join(branch, fresh(branch.state, inside, chance));
  const alpha = chance.holds(0.7) ? { alpha: chance.holds(0.08) ? 0 : chance.number(0.1, 1.5) } : {};
  const layer = {
    kind: 'residual',
    ...alpha,
    branch: branch.layers,
    ...(skip.layers.length > 0 ? { skip: skip.layers } : {}),
  };
  const law = skip.state.law === 'gaussian' ? 'gaussian' : 'other';
  const gathered = skip.state.gathered;
  return { layer, state: { law, raw: false, sizes: skip.state.sizes, gathered } };
}

/** Goes on until a layer of this kind may come, or gives up. */
function reach(path: Path, kind: string, rules: Rules, chance: Chance): Path | null {
  for (let tries = 0; tries < 4; tries++) {
    if (mayFollow(kind, path.state, rules) && (tries > 0 || chance.holds(0.7))) return path;
    path = then(path, chance.of(followers(path.state, rules)), rules, chance);
  }
  return mayFollow(kind, path.state, rules) ? path : null;
}

function wished(path: Path, wish: Wish, rules: Rules, chance: Chance): Path | null {
  if (wish.length === 0) return path;
  let found = reach(path, wish[0], rules, chance);
  for (const kind of wish) {
    if (found === null || !mayFollow(kind, found.state, rules)) return null;
    found = then(found, kind, rules, chance);
  }
  return found;
}

/** Readouts and weights until a network may end. */
function close(path: Path, rules: Rules, chance: Chance): Path {
  let end = path;
  if (end.state.sizes !== null) {
    const { layer, state } = drawReadout(end.state, chance);
    end = { layers: [...end.layers, layer], state };
    if (chance.holds(0.35)) end = join(end, walk(end.state, chance.integer(1, 3), rules, chance));
  }
  if (end.state.law !== 'gaussian' || chance.holds(0.5)) end = then(end, 'dense', rules, chance);
  return end;
}

/** The shape of the inputs: vectors, sequences, or images of one to three channels. */
function inputs(wish: Wish, chance: Chance): { readonly sizes: readonly number[] | null; readonly channels: number } {
  const onImages = wish.some((kind) => ['conv', 'avgPool', 'flatten', 'globalAvgPool', 'pixel'].includes(kind));
  if (!onImages && chance.holds(0.45)) return { sizes: null, channels: chance.integer(1, 6) };
  const rank = chance.integer(1, 2);
  const sizes = Array.from({ length: rank }, () => chance.integer(1, rank === 1 ? 7 : 5));
  return { sizes, channels: chance.integer(1, 3) };
}

/**
 * A random network of the format, which holds the layers of the wish next to each other; null where that was not to be
 * had.
 *
 * One in ten is deep, and one in eight has layers without an NTK.
 */
export function drawNetwork(chance: Chance, wish: Wish = []): Network | null {
  const step = wish.includes('step') || chance.holds(0.12);
  const { sizes, channels } = inputs(wish, chance);
  const rules: Rules = { step, keepsShape: false, nesting: chance.integer(wish.includes('residual') ? 1 : 0, 2) };
  const state: State = { law: 'data', raw: true, sizes, gathered: false };
  const deep = sizes === null && chance.holds(0.1);
  const head = walk(state, chance.integer(0, deep ? 40 : 3), rules, chance);
  const middle = wished(head, wish, rules, chance);
  if (middle === null) return null;
  const tail = join(middle, walk(middle.state, chance.integer(0, 3), rules, chance));
  const { layers } = close(tail, rules, chance);
  return { json: { format: 'ntk-architecture/1', layers }, sizes, channels, tangent: !step };
}
