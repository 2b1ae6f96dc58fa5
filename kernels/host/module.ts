import type { RowFunctions } from '../../src/backend/rows/functions.js';
import type { Precision } from '../../src/data/array.js';
import { enableRelaxedSimd, moduleBytes } from '../../src/platform/wasm.js';

/** Functions of the WebAssembly module for one precision: those of tiles of vectors, and what host has beside them. */
export interface Kernels extends Omit<RowFunctions, 'panels' | 'body'> {
  peak(count: number, seed: number): void;
  body(
    begin: number,
    end: number,
    rows: number,
    columns: number,
    c: number,
    second: number,
    ldc: number,
    length: number,
    slots: number,
    x: number,
    strideX: number,
    z: number,
    strideZ: number,
    angles: number,
    sines: number,
    upper: boolean,
  ): void;
  pair(
    begin: number,
    end: number,
    x: number,
    z: number,
    stored: number,
    first: number,
    second: number,
    angles: number,
    sines: number,
  ): void;
  arithmetic(data: number, rounds: number, angles: number, sines: number): void;
  setTailRule(address: number): void;
}

const NAMES = [
  'pack',
  'multiply',
  'peak',
  'signedDistances',
  'body',
  'mirror',
  'transpose',
  'vectors',
  'pair',
  'arithmetic',
] as const;

/** A minimal module with one relaxed multiply-add: valid only where the engine offers it. */
const RELAXED_PROBE = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  19,
  1,
  17,
  0,
  65,
  1,
  253,
  15,
  65,
  2,
  253,
  15,
  65,
  3,
  253,
  15,
  253,
  133,
  2,
  11,
);

/** Whether fused multiply-add is there. It is asked for before any module is compiled. */
export function hasFusedMultiplyAdd(): boolean {
  enableRelaxedSimd();
  return WebAssembly.validate(RELAXED_PROBE);
}

/** Compiles the module that suits this engine. */
export function compileModule(): WebAssembly.Module {
  const name = hasFusedMultiplyAdd() ? 'host-fused.wasm' : 'host-plain.wasm';
  return new WebAssembly.Module(moduleBytes(name));
}

/** Instantiates a module on a memory and picks the functions of one precision. */
export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory, precision: Precision): Kernels {
  const abort = (): never => {
    throw new WebAssembly.RuntimeError('abort in the host kernels');
  };
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const suffix = precision === 'f64' ? 'F64' : 'F32';
  const entries = NAMES.map((name) => [name, exports[name + suffix]]);
  return Object.fromEntries([...entries, ['setTailRule', exports.setTailRule]]) as Kernels;
}
