import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { packageFile } from './package-files.js';

/** Option of Node without which each memory of WebAssembly lies between guard regions. */
export const UNGUARDED = '--disable-wasm-trap-handler';

/** Asks for fused multiply-add: Node 20 has it behind a flag, which must be set before any module is compiled. */
export function enableRelaxedSimd(): void {
  if (Number(process.versions.node.split('.')[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd');
}

/** The bytes of a module of this package by its name. @throws BackendError where it is missing */
export function moduleBytes(name: string): Uint8Array<ArrayBuffer> {
  return readFileSync(packageFile(`dist/kernels/host/${name}`));
}

/** Whether the runtime reserves addresses around each memory. */
export function areMemoriesGuarded(): boolean {
  return ![...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').includes(UNGUARDED);
}
