import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
/** Eight bits a channel, red, green and blue. */
const TRUE_COLOUR = [8, 2, 0, 0, 0];

/** Length, name, content and check sum of one part of a file. */
function chunk(name: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/**
 * A PNG file of `pixels` `[height, width, 3]`, bytes of red, green and blue from the upper left corner on.
 *
 * Source: ISO/IEC 15948 (Portable Network Graphics).
 */
export function pngOf(width: number, height: number, pixels: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  const lines = Buffer.alloc(height * (3 * width + 1));
  for (let i = 0; i < height; i++) {
    lines.set(pixels.subarray(3 * width * i, 3 * width * (i + 1)), i * (3 * width + 1) + 1);
  }
  return Buffer.concat([
    Buffer.from(SIGNATURE),
    chunk('IHDR', Buffer.concat([head, Buffer.from(TRUE_COLOUR)])),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
