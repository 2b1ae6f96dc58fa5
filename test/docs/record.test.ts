import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordPage, recordSchemas } from '../../scripts/records/pages.js';
import { bench } from '../cli/ntk.js';
import { ROOT } from '../house/sources.js';
import { describe, expect, test } from '../jest.js';

const at = bench();
const page = readFileSync(join(ROOT, 'docs/record.md'), 'utf8');

describe('docs/record.md', () => {
  test('has the tables that npm run records makes', () => {
    expect(recordPage(page)).toBe(page);
  });

  test('a table that is not what the schemas say is found', () => {
    const changed = page.replace('largest resident memory', 'smallest resident memory');
    expect(changed).not.toBe(page);
    expect(recordPage(changed)).toBe(page);
    expect(() => recordPage(page.replace('fields of kernel -->', 'fields of something -->'))).toThrow(/something/);
    expect(() => recordPage(page.replaceAll(/<!-- fields of plot -->/g, ''))).toThrow(/plot/);
  });

  test('stages sum to the whole within 5 %', async () => {
    const data = join(ROOT, 'data/digits/test.csv');
    const { stdout } = await at.ntk('kernel', data, '--rows', '0:100', '--arch', 'fc', '--out', 'S.npy', '--json');
    const { seconds, stages } = JSON.parse(stdout) as {
      readonly seconds: number;
      readonly stages: Readonly<Record<string, number>>;
    };
    const sum = Object.values(stages).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - seconds) / seconds).toBeLessThan(0.05);
  });
});

describe('docs/schemas', () => {
  test('are what npm run records makes', () => {
    const made = recordSchemas();
    const folder = join(ROOT, 'docs/schemas');
    expect(readdirSync(folder).toSorted()).toEqual([...made.keys()].toSorted());
    for (const [name, text] of made) expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });

  test('know all fields of a record, and say which must be there', () => {
    for (const text of recordSchemas().values()) {
      const { anyOf, oneOf, ...alone } = JSON.parse(text);
      for (const schema of anyOf ?? oneOf ?? [alone]) {
        expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
        expect(schema.required).toEqual(expect.arrayContaining(['command', 'version', 'format', 'stages', 'warnings']));
      }
    }
  });
});
