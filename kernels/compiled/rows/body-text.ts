import type { RowCode } from './encode.js';

/** What a pass works on, and how a body goes over a tile: all passes on a strip of a row, then the next. */
const STRIP_TEXT = `// What passes work on: a strip of a row of pairs, with the factors of its row and of its columns.
typedef struct {
  T *source; T *slots; T *outputs[2];
  const T *tables[2];
  const T *x; const T *z;
  const double *constants;
  int64_t stride; int64_t count; int64_t length;
} Strip;
INLINE T *slotAt(const Strip *s, int64_t slot) {
  return slot == 0 ? s->source : s->slots + (slot - 1) * s->length;
}`;

const BODY = `// Arguments: rows, columns, results 0 and 1, stride, upper, words and their end, constants, slots,
// length of a strip, columns of factors of x and of z, tables 0 and 1.
int64_t body(uint8_t *memory, const int64_t *a) {
  const int64_t rows = a[0], columns = a[1], stride = a[4], upper = a[5], length = a[10];
  const int32_t *begin = (const int32_t *)(memory + a[6]), *end = (const int32_t *)(memory + a[7]);
  T *const results[2] = { (T *)(memory + a[2]), (T *)(memory + a[3]) };
  Strip s = { .slots = (T *)(memory + a[9]), .constants = (const double *)(memory + a[8]) };
  s.tables[0] = (const T *)(memory + a[13]);
  s.tables[1] = (const T *)(memory + a[14]);
  s.stride = stride;
  s.length = length;
  for (int64_t j = 0; j < columns; j += length) {
    s.count = columns - j < length ? columns - j : length;
    s.z = (const T *)(memory + a[12]) + j;
    const int64_t last = upper && j + s.count < rows ? j + s.count : rows;
    for (int64_t i = 0; i < last; i++) {
      s.source = results[0] + i * stride + j;
      s.outputs[0] = s.source;
      s.outputs[1] = results[1] + i * stride + j;
      s.x = (const T *)(memory + a[11]) + i;
      for (const int32_t *word = begin; word < end; word += word[1]) PASSES[word[0]](&s, word + 2);
    }
  }
  return 0;
}`;

/** The functions of a body. */
export function bodyText({ texts }: Pick<RowCode, 'texts'>): string {
  const passes = texts.map((text, k) => `static void pass_${k}(const Strip *s, const int32_t *p) {\n${text}\n}`);
  const names = texts.map((_, k) => `pass_${k}`).join(', ');
  return [
    STRIP_TEXT,
    ...passes,
    `typedef void Pass(const Strip *, const int32_t *);\nstatic Pass *const PASSES[] = { ${names} };`,
    BODY,
  ].join('\n\n');
}
