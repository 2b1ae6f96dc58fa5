/** Whether a file is of some format: by its first bytes, and by its name where bytes do not tell. */
export type Mark = (head: Uint8Array, file: string) => boolean;

/** The file has these bytes at a position; a text stands for its ASCII codes. */
export function bytesAt(position: number, mark: string | readonly number[]): Mark {
  const bytes = typeof mark === 'string' ? Buffer.from(mark, 'latin1') : mark;
  return (head) => Array.from(bytes).every((byte, i) => head[position + i] === byte);
}

/** The file starts with these bytes. */
export const startsWith = (mark: string | readonly number[]): Mark => bytesAt(0, mark);

/** Text at the beginning of the file, behind blanks and a byte order mark, looks like this. */
export function textLike(pattern: RegExp): Mark {
  return (head) =>
    pattern.test(
      Buffer.from(head)
        .toString('latin1')
        .replace(/^\u00ef\u00bb\u00bf/, '')
        .trimStart(),
    );
}

/** Something like this stands near the beginning of the file. */
export function holds(pattern: RegExp): Mark {
  return (head) => pattern.test(Buffer.from(head).toString('latin1'));
}

/** The file's name, without .gz, looks like this. */
export const named =
  (pattern: RegExp): Mark =>
  (_head, file) =>
    pattern.test(file.replace(/\.gz$/i, ''));

/** Any of several marks. */
export const anyOf =
  (...marks: readonly Mark[]): Mark =>
  (head, file) =>
    marks.some((mark) => mark(head, file));

/** All of several marks. */
export const allOf =
  (...marks: readonly Mark[]): Mark =>
  (head, file) =>
    marks.every((mark) => mark(head, file));

/** A number of 8 bytes, little-endian; NaN where the file is too short. */
export function longAt(head: Uint8Array, position: number): number {
  if (head.length < position + 8) return Number.NaN;
  return Number(new DataView(head.buffer, head.byteOffset, head.length).getBigUint64(position, true));
}

/** A TFRecord: the length of the first record, 8 bytes, and a masked CRC-32C of these. */
export const isTfRecord: Mark = (head) => {
  if (head.length < 12) return false;
  const crc = crc32c(head.subarray(0, 8));
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  return masked === new DataView(head.buffer, head.byteOffset, head.length).getUint32(8, true);
};

/** A safetensors file: the length of a JSON header, and the header. */
export const isSafetensors: Mark = (head) =>
  longAt(head, 0) < 1 << 27 && head[8] === 0x7b && /^\{\s*"/.test(Buffer.from(head.subarray(8, 64)).toString('latin1'));

/** CRC-32C, bit by bit. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}
