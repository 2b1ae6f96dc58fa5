import type { Context, Part } from '../context.js';
import { type Line, measured, undone } from '../lines.js';
import { benchOf } from './bench.js';

interface Told {
  readonly jax: string;
  readonly device: { readonly platform: string; readonly kind: string };
  readonly lines: readonly {
    readonly name: string;
    readonly value: number;
    readonly unit: string;
    readonly how: string;
  }[];
}

/** Whether Python finds JAX, without importing it. */
const HAS = 'import importlib.util as u, sys; sys.exit(u.find_spec("jax") is None)';

/** The arguments that make `with-jax.py` do what the benchmark did. */
function sizes(context: Context): readonly string[] {
  const bench = benchOf(context);
  if (bench === null) return context.quick ? ['--rows', '256', '--features', '64', '--products', '128x64'] : [];
  const products = bench.sizes.products.map((size) => size.join('x')).join(',');
  const args = ['--rows', String(bench.sizes.rows), '--features', String(bench.sizes.features), '--products', products];
  return bench.device?.software === true ? [...args, '--depths', '3', '--rounds', '1'] : args;
}

async function run(context: Context): Promise<readonly Line[]> {
  const python = process.env.NTK_PYTHON ?? 'python3';
  const looked = await context.step({ name: 'python', argv: [python, '-c', HAS], most: 20, fine: [0, 1] });
  if (looked.exit === 1 || looked.exit === null) {
    return [undone({ what: 'JAX', on: 'jax' }, 'skipped', `${python} does not have it. NTK_PYTHON names another one`)];
  }
  const argv = [python, `${context.root}/scripts/bench/with-jax.py`, ...sizes(context)];
  const step = await context.step({ name: 'jax', argv });
  if (step.error !== undefined) return [undone({ what: 'JAX', on: 'jax' }, 'failed', step.error)];
  const { jax, device, lines } = step.output as Told;
  const on = `jax ${device.platform}`;
  return lines
    .filter(({ name }) => !name.includes('first call'))
    .map(({ name, value, unit, how }) =>
      measured({ what: name, on }, value, { unit, how: `JAX ${jax}, ${device.kind}, ${how}` }),
    );
}

/** JAX on the same device and sizes, where Python has it. */
export const jaxPart: Part = {
  name: 'jax',
  describe: 'JAX on the same sizes, where python3 has it',
  share: 30,
  run,
};
