import { writeFileSync } from 'node:fs';
import { Truth } from './differ.js';
import { drawCase } from './fuzz.js';
import type { LayerJson } from './layers.js';

/** Nested lists of numbers, as JSON has arrays. */
type Nested = number | readonly Nested[];

function nested(data: ArrayLike<number>, shape: readonly number[], from = 0): Nested {
  if (shape.length === 0) return data[from];
  const [n, ...rest] = shape;
  const step = rest.reduce((a, b) => a * b, 1);
  return Array.from({ length: n }, (_, i) => nested(data, rest, from + i * step));
}

/** Layers trained or frozen, without factors in between, which not every evaluator knows. */
function wholly(layers: readonly LayerJson[]): LayerJson[] {
  return layers.map(({ branch, skip, train, ...rest }) => ({
    ...rest,
    ...(branch === undefined ? {} : { branch: wholly(branch) }),
    ...(skip === undefined ? {} : { skip: wholly(skip) }),
    ...(train === undefined ? {} : { train: typeof train === 'number' ? train >= 1 : train }),
  }));
}

/**
 * Writes cases of a seed, one a line, with what `reference` makes of them and what rounding costs it: for evaluators in
 * other languages.
 */
export async function dump(path: string, seed: number, from: number, count: number): Promise<void> {
  const lines: string[] = [];
  for (let index = from; index < from + count; index++) {
    const { network: random, x: inputs } = drawCase(seed, index);
    const json = { ...random.json, layers: wholly(random.json.layers) };
    const drawn = { network: { ...random, json }, x: inputs, normalized: false };
    const truth = await Truth.of(drawn);
    if (truth === null) continue;
    const { x, network } = drawn;
    const n = x.shape[0];
    const kernels = Object.entries(truth.kernels).map(([output, values]) => [output, nested(values, [n, n])] as const);
    const loss = (await truth.loss('f64')).relative;
    lines.push(
      JSON.stringify({
        index,
        architecture: network.json,
        x: nested(x.data, x.shape),
        loss,
        ...Object.fromEntries(kernels),
      }),
    );
  }
  writeFileSync(path, `${lines.join('\n')}\n`);
}
