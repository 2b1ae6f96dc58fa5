import type { RowFunctions } from '../../../src/backend/rows/functions.js';
import type { Layout } from '../../../src/backend/rows/layout.js';
import type { TileJob } from '../../../src/backend/rows/tile.js';
import { gaussLegendre } from '../../../src/programme/maps/gauss-legendre.js';
import { instantiate } from '../module.js';
import { anglePolynomials } from '../polynomials.js';
import type { Code } from './encode.js';
import { type CodePlaces, STRIP } from './layout.js';

/** What the interpreter runs for the tiles of a job, and where. */
export interface HostTileJob extends TileJob {
  readonly code: Code;
  readonly places: CodePlaces;
}

/** Code with its constants' and tables' indices turned into addresses. */
function relocated(code: Code, places: CodePlaces, layout: Layout): Int32Array {
  const words = Int32Array.from(code.words);
  for (const at of code.constantWords) words[at] = places.constants + 8 * words[at];
  for (const at of code.tableWords) words[at] = layout.tables[words[at]];
  return words;
}

/** Quadrature rule of the exponential tail: nodes, weights, and the weights of erfcx. */
export function tailRule(): Float64Array {
  const { nodes, weights } = gaussLegendre(20);
  const trapezoid = Array.from({ length: 14 }, (_, k) => Math.exp(-(((k + 1) / 2) ** 2)));
  return Float64Array.of(...nodes, ...weights, ...trapezoid);
}

/** The functions of a module on a memory, in which they find code and polynomials. */
export function hostFunctions(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  { precision, code, places, layout }: HostTileJob,
): RowFunctions {
  const kernels = instantiate(module, memory, precision);
  const bytes = new Uint8Array(memory.buffer);
  const put = (at: number, data: ArrayBufferView): void =>
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
  const { angles, sines } = anglePolynomials(precision);
  bytes.set(new Uint8Array(angles), places.angles);
  bytes.set(new Uint8Array(sines), places.sines);
  put(places.code, relocated(code, places, layout));
  put(places.constants, code.constants);
  put(places.rule, tailRule());
  kernels.setTailRule(places.rule);
  const { stride, columnsX, columnsZ } = layout;
  return {
    ...kernels,
    panels: [6, precision === 'f64' ? 4 : 8],
    body: (rows, columns, results, upper) =>
      kernels.body(
        places.code,
        places.code + 4 * code.words.length,
        rows,
        columns,
        results[0],
        results[results.length - 1],
        stride,
        STRIP,
        places.slots,
        columnsX,
        stride,
        columnsZ,
        stride,
        places.angles,
        places.sines,
        upper,
      ),
  };
}
