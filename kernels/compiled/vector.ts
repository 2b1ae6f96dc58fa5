import type { Precision } from '../../src/data/array.js';

/** Bits of a vector, with the instructions that fill it. */
export type VectorBits = 128 | 256 | 512;

/** What the printed C is compiled for. */
export interface Target {
  readonly bits: VectorBits;
  /** `x86`: by its intrinsics. `neon`: by those of 64-bit ARM. `plain`: by the vector extensions of the compiler alone. */
  readonly family: 'x86' | 'neon' | 'plain';
}

/** Entries of a vector. */
export function laneCount({ bits }: Target, precision: Precision): number {
  return bits / (precision === 'f64' ? 64 : 32);
}

/** What differs between families of processors: bodies of the functions of a vector type. */
interface Operations {
  readonly mask: string;
  readonly madd: string;
  readonly larger: string;
  readonly smaller: string;
  readonly root: string;
  readonly less: string;
  readonly atMost: string;
  readonly pick: string;
  readonly any: string;
  readonly negative: string;
  readonly whole: string;
}

/** One vector type: of `type` with names that start with `p`. */
interface Kind {
  readonly type: 'float' | 'double';
  readonly lanes: number;
  readonly bits: VectorBits;
}

const lanewise = (lanes: number, type: string, line: string): string =>
  `${type} r; for (int k = 0; k < ${lanes}; k++) r[k] = ${line}; return r;`;

/** Masks as vectors of integers, by the vector extensions of GCC and clang alone. */
function plain({ type, lanes, bits }: Kind, v: string, m: string): Operations {
  const integer = type === 'double' ? 'int64_t' : 'int32_t';
  const f = type === 'double' ? '' : 'f';
  return {
    mask: `typedef ${integer} ${m} __attribute__((vector_size(${bits / 8})));`,
    madd: lanewise(lanes, v, `__builtin_fma${f}(a[k], b[k], c[k])`),
    larger: `${m} m = a > b; return (${v})((m & (${m})a) | (~m & (${m})b));`,
    smaller: `${m} m = a < b; return (${v})((m & (${m})a) | (~m & (${m})b));`,
    root: lanewise(lanes, v, `__builtin_sqrt${f}(a[k])`),
    less: 'return a < b;',
    atMost: 'return a <= b;',
    pick: `return (${v})((m & (${m})yes) | (~m & (${m})no));`,
    any: `int r = 0; for (int k = 0; k < ${lanes}; k++) r |= m[k] != 0; return r;`,
    negative: `return (${m})a >> ${type === 'double' ? 63 : 31};`,
    whole: lanewise(lanes, v, `__builtin_trunc${f}(a[k])`),
  };
}

function x86(kind: Kind, v: string, m: string): Operations {
  const { type, bits, lanes } = kind;
  const suffix = type === 'double' ? 'pd' : 'ps';
  const call = (name: string, args: string): string => `_mm${bits === 128 ? '' : bits}_${name}_${suffix}(${args})`;
  const common = {
    larger: `return ${call('max', 'a, b')};`,
    smaller: `return ${call('min', 'a, b')};`,
    root: `return ${call('sqrt', 'a')};`,
  };
  if (bits === 512) {
    return {
      ...common,
      mask: `typedef __mmask${lanes} ${m};`,
      madd: `return ${call('fmadd', 'a, b, c')};`,
      less: `return _mm512_cmp_${suffix}_mask(a, b, _CMP_LT_OQ);`,
      atMost: `return _mm512_cmp_${suffix}_mask(a, b, _CMP_LE_OQ);`,
      pick: `return _mm512_mask_blend_${suffix}(m, no, yes);`,
      any: 'return m != 0;',
      whole: `return _mm512_roundscale_${suffix}(a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC);`,
      negative: `return _mm512_movepi${type === 'double' ? 64 : 32}_mask((__m512i)a);`,
    };
  }
  return {
    ...plain(kind, v, m),
    ...common,
    // Below 256 bits there may be no fused multiply-add; both roundings then, on every machine.
    madd: bits === 256 ? `return ${call('fmadd', 'a, b, c')};` : 'return a * b + c;',
    pick: `return ${call('blendv', `no, yes, (${v})m`)};`,
    whole: `return ${call('round', 'a, _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC')};`,
    any: `return ${call('movemask', `(${v})m`)} != 0;`,
  };
}

function neon(kind: Kind, v: string, m: string): Operations {
  const suffix = kind.type === 'double' ? 'f64' : 'f32';
  return {
    ...plain(kind, v, m),
    madd: `return vfmaq_${suffix}(c, a, b);`,
    larger: `return vmaxq_${suffix}(a, b);`,
    smaller: `return vminq_${suffix}(a, b);`,
    root: `return vsqrtq_${suffix}(a);`,
    whole: `return vrndq_${suffix}(a);`,
  };
}

const FAMILIES = { x86, neon, plain } as const;

/**
 * A vector type and its functions, with `p` before their names: `V` a vector, `M` which of its lanes, `splat`, `load`,
 * `store`, `madd` a b + c, `larger`, `smaller`, `whole` a without its fraction, `size` |a|, `root`, `less`, `atMost`,
 * `pick` yes where m, `any`, `negative` which lanes have their sign bit set, `atLeastNothing` max(0, a) without a sign
 * on 0 (a NaN stays), `minus` a with the sign bit set where m.
 */
function vectorType(kind: Kind, p: string, family: Target['family']): string {
  const { type, bits } = kind;
  const [v, m] = [`${p}V`, `${p}M`];
  const operations = FAMILIES[family](kind, v, m);
  const integer = type === 'double' ? 'int64_t' : 'int32_t';
  const top = type === 'double' ? 'INT64_MIN' : 'INT32_MIN';
  const one = (result: string, name: string, args: string, body: string): string =>
    `INLINE ${result} ${p}${name}(${args}) { ${body} }`;
  return [
    `typedef ${type} ${v} __attribute__((vector_size(${bits / 8})));`,
    `typedef ${type} ${p}U`,
    `  __attribute__((vector_size(${bits / 8}), aligned(${type === 'double' ? 8 : 4}), may_alias));`,
    `typedef ${integer} ${p}I __attribute__((vector_size(${bits / 8})));`,
    operations.mask,
    one(v, 'splat', `${type} a`, `return a - (${v}){};`),
    one(v, 'load', `const ${type} *at`, `return *(const ${p}U *)at;`),
    one('void', 'store', `${type} *at, ${v} a`, `*(${p}U *)at = a;`),
    one(v, 'madd', `${v} a, ${v} b, ${v} c`, operations.madd),
    one(v, 'larger', `${v} a, ${v} b`, operations.larger),
    one(v, 'smaller', `${v} a, ${v} b`, operations.smaller),
    one(v, 'root', `${v} a`, operations.root),
    one(v, 'whole', `${v} a`, operations.whole),
    one(v, 'size', `${v} a`, `return (${v})((${p}I)a & ~((${p}I){} + ${top}));`),
    one(m, 'less', `${v} a, ${v} b`, operations.less),
    one(m, 'atMost', `${v} a, ${v} b`, operations.atMost),
    one(v, 'pick', `${m} m, ${v} yes, ${v} no`, operations.pick),
    one('int', 'any', `${m} m`, operations.any),
    one(m, 'negative', `${v} a`, operations.negative),
    one(v, 'atLeastNothing', `${v} a`, `return ${p}size(${p}larger((${v}){}, a));`),
    one(v, 'minus', `${v} a, ${m} m`, `return ${p}pick(m, (${v})((${p}I)a | ((${p}I){} + ${top})), a);`),
  ].join('\n');
}

/** What signed cosine distances need: 1 - |u| with the sign of u holds 1 - u (`low`) and 1 + u (`high`). */
const SIGNED = `// 1 - u and 1 + u of a signed cosine distance, and the signed one from both.
INLINE V low(V v) { V g = size(v); return pick(negative(v), splat(2) - g, g); }
INLINE V high(V v) { V g = size(v); return pick(negative(v), g, splat(2) - g); }
INLINE V bothSides(V below, V above) { return pick(atMost(below, above), below, -above); }`;

/** Between singles and doubles: a vector of singles is two of doubles, and DOUBLES singles lie side by side in memory. */
const WIDENED = `// Halves of a vector of singles in doubles, and back; DOUBLES singles from memory.
typedef T H __attribute__((vector_size(sizeof(V) / 2), aligned(4), may_alias));
typedef union { V whole; H half[2]; } Halves;
INLINE dV lowHalf(V a) { return __builtin_convertvector(((Halves){ a }).half[0], dV); }
INLINE dV highHalf(V a) { return __builtin_convertvector(((Halves){ a }).half[1], dV); }
INLINE V joined(dV a, dV b) {
  Halves r; r.half[0] = __builtin_convertvector(a, H); r.half[1] = __builtin_convertvector(b, H); return r.whole;
}
INLINE dV wide(const T *at) { return __builtin_convertvector(*(const H *)at, dV); }`;

/** The same where T is a double: nothing to do. */
const WIDE = 'INLINE dV wide(const T *at) { return dload(at); }';

const HEADERS: Readonly<Record<Target['family'], string>> = {
  x86: '#include <immintrin.h>\n',
  neon: '#include <arm_neon.h>\n',
  plain: '',
};

/**
 * What every printed source starts with: the number type `T`, its vectors `V` of `LANES` entries, and vectors `dV` of
 * doubles for what is computed in double precision in any case.
 */
export function prelude(target: Target, precision: Precision): string {
  const { bits, family } = target;
  const type = precision === 'f64' ? 'double' : 'float';
  const kind = (of: 'float' | 'double'): Kind => ({ type: of, bits, lanes: bits / (of === 'double' ? 64 : 32) });
  return [
    `#include <stdint.h>\n#include <string.h>\n${HEADERS[family]}`,
    '#define INLINE static inline __attribute__((always_inline, unused))',
    `typedef ${type} T;`,
    `enum { LANES = ${kind(type).lanes}, DOUBLES = ${kind('double').lanes} };`,
    vectorType(kind(type), '', family),
    vectorType(kind('double'), 'd', family),
    SIGNED,
    type === 'float' ? WIDENED : WIDE,
  ].join('\n');
}
