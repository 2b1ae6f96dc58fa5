import { mirror, runBody, transpose } from './instructions';
import { Pair, setPair } from './position-pairs';
import { arithmetic } from './layer';
import { runPair } from './positions';
import { multiply, pack, peak } from './product';
import { signedDistances } from './source';
import { Strip } from './sum';
import { setRule } from './tail';
import { multiplyVectors } from './vectors';

// Entry points in both precisions. All addresses come from the caller, which lays out the memory (layout.ts).

const strip = changetype<Strip>(memory.data(64));

export function setTailRule(address: usize): void {
  setRule(address);
}

export function packF32(src: usize, stride: i32, count: i32, padded: i32, first: i32, depth: i32, dst: usize,
  width: i32): void {
  pack<f32>(src, stride, count, padded, first, depth, dst, width);
}
export function packF64(src: usize, stride: i32, count: i32, padded: i32, first: i32, depth: i32, dst: usize,
  width: i32): void {
  pack<f64>(src, stride, count, padded, first, depth, dst, width);
}

export function multiplyF32(a: usize, b: usize, rows: i32, columns: i32, depth: i32, c: usize, ldc: i32, add: bool,
  upper: bool): void {
  multiply<f32>(a, b, rows, columns, depth, c, ldc, add, upper);
}
export function multiplyF64(a: usize, b: usize, rows: i32, columns: i32, depth: i32, c: usize, ldc: i32, add: bool,
  upper: bool): void {
  multiply<f64>(a, b, rows, columns, depth, c, ldc, add, upper);
}

export function peakF32(count: i32, seed: usize): void {
  peak<f32>(count, seed);
}
export function peakF64(count: i32, seed: usize): void {
  peak<f64>(count, seed);
}

export function signedDistancesF32(c: usize, ldc: i32, rows: i32, columns: i32, threshold: f64, list: usize,
  upper: bool): i32 {
  return signedDistances<f32>(c, ldc, rows, columns, threshold, list, upper);
}
export function signedDistancesF64(c: usize, ldc: i32, rows: i32, columns: i32, threshold: f64, list: usize,
  upper: bool): i32 {
  return signedDistances<f64>(c, ldc, rows, columns, threshold, list, upper);
}

export function bodyF32(
  begin: usize, end: usize, rows: i32, columns: i32, c: usize, second: usize, ldc: i32, length: i32,
  slots: usize, x: usize, strideX: i32, z: usize, strideZ: i32, angles: usize, sines: usize, upper: bool,
): void {
  runBody<f32>(strip, begin, end, rows, columns, c, second, ldc, length, slots, x, strideX, z, strideZ, angles, sines,
    upper);
}
export function bodyF64(
  begin: usize, end: usize, rows: i32, columns: i32, c: usize, second: usize, ldc: i32, length: i32,
  slots: usize, x: usize, strideX: i32, z: usize, strideZ: i32, angles: usize, sines: usize, upper: bool,
): void {
  runBody<f64>(strip, begin, end, rows, columns, c, second, ldc, length, slots, x, strideX, z, strideZ, angles, sines,
    upper);
}

export function mirrorF32(c: usize, ldc: i32, n: i32): void {
  mirror<f32>(c, ldc, n);
}
export function mirrorF64(c: usize, ldc: i32, n: i32): void {
  mirror<f64>(c, ldc, n);
}

export function transposeF32(c: usize, ldc: i32, rows: i32, columns: i32, dst: usize, ldt: i32): void {
  transpose<f32>(c, ldc, rows, columns, dst, ldt);
}
export function transposeF64(c: usize, ldc: i32, rows: i32, columns: i32, dst: usize, ldt: i32): void {
  transpose<f64>(c, ldc, rows, columns, dst, ldt);
}

export function vectorsF32(
  c: usize, ldc: i32, rows: i32, columns: i32, across: usize, along: usize, forRows: usize, forColumns: usize,
    length: i32, both: bool,
): void {
  multiplyVectors<f32>(c, ldc, rows, columns, across, along, forRows, forColumns, length, both);
}

export function vectorsF64(
  c: usize, ldc: i32, rows: i32, columns: i32, across: usize, along: usize, forRows: usize, forColumns: usize,
    length: i32, both: bool,
): void {
  multiplyVectors<f64>(c, ldc, rows, columns, across, along, forRows, forColumns, length, both);
}

const images = changetype<Pair>(memory.data(32));

export function pairF32(begin: usize, end: usize, x: usize, z: usize, stored: usize, first: usize, second: usize,
  angles: usize, sines: usize): void {
  setPair(images, x, z, stored, first, second);
  runPair<f32>(images, begin, end, angles, sines);
}
export function pairF64(begin: usize, end: usize, x: usize, z: usize, stored: usize, first: usize, second: usize,
  angles: usize, sines: usize): void {
  setPair(images, x, z, stored, first, second);
  runPair<f64>(images, begin, end, angles, sines);
}

export function arithmeticF32(data: usize, rounds: i32, angles: usize, sines: usize): void {
  arithmetic<f32>(data, rounds, angles, sines);
}
export function arithmeticF64(data: usize, rounds: i32, angles: usize, sines: usize): void {
  arithmetic<f64>(data, rounds, angles, sines);
}
