/**
 * Copies a representative part of the shared vector cases into `test/fixtures/vectors`, so that a clone without them
 * has tests.
 *
 * Run by `npm run fixtures`, where `../shared/vectors` is there.
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FROM = join(ROOT, '..', 'shared', 'vectors');
const TO = join(ROOT, 'test', 'fixtures', 'vectors');
const MOST_BYTES = 800_000;

/**
 * Every activation, option and preset; near-duplicate pairs on the sphere and off it; deep networks, up to 1100 blocks.
 * Of images every padding, stride, readout and pool, in 1-D and 2-D, duplicates, and networks with everything in them.
 */
const CHOSEN: readonly RegExp[] = [
  /^act-/,
  /^bias-zero-frozen$/,
  /^fc-L3-/,
  /^fc-L10-bias_normal-free$/,
  /^fc-L50-bias_(normal-sphere|zero-free)$/,
  /^fc-(large_scale|one_feature|xz-rectangular|wide_input)$/,
  /^frozen-/,
  /^init-orthogonal$/,
  /^layerNorm-/,
  /^residual-(alpha0|identity_activation|nested|on_data|skip_dense)$/,
  /^resnet-tirer-L5-a0\.5$/,
  /^resntk-L(1-aL-1-free|3-aL-\.5-sphere|10-a1-sphere|50-a1-free)$/,
  /^resntk-L200-(a1-sphere|a\.3-free)$/,
  /^resntk-L1100-/,
  /^resntk-all-L2-a0\.5$/,
  /^avgPool/,
  /^(cntk|rescntk)-1d-(circular-eq|same-gap|valid-tr)-L2$/,
  /^(cntk|rescntk)-2d-(circular-tr|same-eq|valid-gap)-L2$/,
  /^(cntk|rescntk)-duplicates-/,
  /^rescntk-2d-L4-q3-gap$/,
  /^cntk-(q5-on-4wide-circular|valid-to-1x1)$/,
  /^conv-/,
  /^(dense-per-position|flatten-on_data|flatten-then-mlp|gap-then-mlp|pixel-at)$/,
  /^golden-/,
];

function main(): void {
  rmSync(TO, { recursive: true, force: true });
  mkdirSync(TO, { recursive: true });
  const names = readdirSync(FROM).filter((name) => CHOSEN.some((rule) => rule.test(name.replace(/\.json$/, ''))));
  const bytes = names.reduce((sum, name) => sum + statSync(join(FROM, name)).size, 0);
  if (bytes > MOST_BYTES) throw new Error(`fixtures: at most ${MOST_BYTES} bytes, got ${bytes}. Choose fewer cases.`);
  for (const name of names) copyFileSync(join(FROM, name), join(TO, name));
  process.stdout.write(`${names.length} cases, ${bytes} bytes\n`);
}

main();
