import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PRESETS } from '../../src/architecture/presets.js';
import { RADIAL_FAMILIES } from '../../src/architecture/radial.js';
import { listBackends } from '../../src/backend/select.js';
import { BENCHMARKS } from '../../src/cli/commands/benchmarks.js';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { EXIT } from '../../src/cli/exit.js';
import { overview } from '../../src/cli/help.js';
import { COMPUTE_FLAGS } from '../../src/cli/options/compute.js';
import { INPUT_FLAGS } from '../../src/cli/options/inputs.js';
import { FORMAT_NAMES } from '../../src/data/formats/index.js';
import { LAYOUTS } from '../../src/data/layout.js';
import { LAYERS } from '../../src/layers/index.js';
import { describe, expect, test } from '../jest.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const page = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const README = page('README.md');
const NETWORKS = page('docs/guide/networks.md');

/** The part of a page under a heading. */
function section(text: string, heading: string): string {
  const [, rest = ''] = text.split(`\n## ${heading}\n`);
  return rest.split(/\n## /)[0];
}

/**
 * What stands in backticks in a column, the first by default, of the table that has this heading in its first column.
 */
function column(text: string, heading: string, at = 1): readonly string[] {
  const [, rest = ''] = text.split(`\n| ${heading} |`);
  const rows = rest
    .split(/\n(?!\|)/)[0]
    .split('\n')
    .slice(2);
  return rows.flatMap((row) => {
    const cell = row.split(/(?<!\\)\|/)[at] ?? '';
    return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code.replaceAll('\\|', '|'));
  });
}

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const here = Object.entries(COMMANDS).filter(([, { load }]) => load !== undefined);

test('README.md has at most 130 lines', () => {
  expect(README.trimEnd().split('\n').length).toBeLessThanOrEqual(130);
});

describe('lists that stand in several places say the same', () => {
  test('commands: README and ntk --help, word for word', () => {
    const usages = here.flatMap(([, { usage }]) => usage.split(' | ').map((one) => `ntk ${one}`));
    const listed = column(README, 'you want', 2);
    expect(listed.filter((line) => line.startsWith('ntk ') && !usages.includes(line))).toEqual([
      'ntk empirical X --model model.json --out K.npy', // A second use of a command that is there.
    ]);
    expect(usages.filter((line) => !listed.includes(line))).toEqual([]);
    for (const [, { usage }] of here) expect(overview()).toContain(`ntk ${usage}`);
  });

  test('benchmarks: README, ntk --help and ntk bench --help', async () => {
    const inTable = column(README, 'you want', 2).find((line) => line.startsWith('ntk bench'));
    expect(inTable).toBe(`ntk bench ${BENCHMARKS.join('|')}`);
    expect(overview()).toContain(`ntk bench ${BENCHMARKS.join('|')}`);
    const { positionals } = (await COMMANDS.bench.load?.()) ?? { positionals: [] };
    expect(positionals[0].describe.match(/[a-z]+/g)).toEqual(expect.arrayContaining([...BENCHMARKS]));
    const others = [...`${README}${page('docs/guide/speed.md')}`.matchAll(/ntk bench (\w+)/g)].map(([, name]) => name);
    expect(others.filter((name) => !BENCHMARKS.some((one) => one === name))).toEqual([]);
  });

  test('backends: README, docs/guide/gpu.md, --backend and ntk backends', async () => {
    const inTable = column(README, '`--backend`');
    const choices = (COMPUTE_FLAGS.backend.choices ?? []).filter((name) => name !== 'auto');
    const reported = (await listBackends()).map(({ name }) => name);
    expect([...inTable].sort()).toEqual([...choices].sort());
    expect([...column(page('docs/guide/gpu.md'), '`--backend`')].sort()).toEqual([...choices].sort());
    expect([...reported].sort()).toEqual([...choices].sort());
    expect(README).toContain(`All ${WORDS[choices.length]} are held to the same reference values`);
  });

  test('presets and kernels that are no networks: docs/guide/networks.md and the table of each', () => {
    const forms = Object.values(RADIAL_FAMILIES).map(({ form }) => form);
    const names = column(section(NETWORKS, 'Presets'), 'preset');
    expect([...names].sort()).toEqual([...Object.keys(PRESETS), ...forms].sort());
  });

  test('layers: docs/guide/networks.md and the table of layers', () => {
    const [, sentence = ''] = /^A file has the layers (.*)$/m.exec(NETWORKS) ?? [];
    const named = [...sentence.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual(Object.keys(LAYERS).sort());
  });

  test('formats and layouts: the flags and docs/guide/images.md', () => {
    expect(INPUT_FLAGS.format.choices).toEqual(FORMAT_NAMES);
    expect(INPUT_FLAGS.layout.choices).toEqual(LAYOUTS);
    const guide = page('docs/guide/images.md');
    expect(guide).toContain(`\`--format ${FORMAT_NAMES.join('|')}\``);
    for (const layout of LAYOUTS) expect(guide).toContain(`--layout ${layout}`);
  });

  test('exit codes: docs/guide/limits.md and the table of the command line', () => {
    const rows = section(page('docs/guide/limits.md'), 'Exit codes').matchAll(/^\| (\d+) \|/gm);
    expect([...rows].map(([, code]) => Number(code))).toEqual(Object.values(EXIT));
  });

  test('examples: docs/guide/library.md, its number of them, and scripts/examples', () => {
    const guide = page('docs/guide/library.md');
    const files = readdirSync(join(ROOT, 'scripts/examples')).map((name) => name.replace(/\.ts$/, ''));
    const listed = [...guide.matchAll(/^\| \[([\w-]+)\]\(\.\.\/\.\.\/scripts\/examples\//gm)].map(([, name]) => name);
    expect([...listed].sort()).toEqual(files.sort());
    expect(guide).toContain(`\`scripts/examples/\` has ${WORDS[files.length]} complete programs`);
    expect(page('CHANGELOG.md').toLowerCase()).toContain(`${WORDS[files.length]} complete programs`);
  });
});
