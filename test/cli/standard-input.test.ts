import { spawn } from 'node:child_process';
import { zipFile } from '../data/bytes.js';
import { npyOf } from '../data/fixtures.js';
import { beforeAll, describe, expect, test } from '../jest.js';
import { ended, MAIN, processBench } from './process.js';

const at = processBench();
const FC = ['--arch', 'fc', '--depth', '1'];

beforeAll(() => {
  at.write('k.csv', '2,1\n1,3\n');
  at.write('two.csv', '1\n2\n');
  at.write(
    'a.npz',
    zipFile([
      { name: 'a.npy', content: npyOf([2, 2], [1, 0, 0, 1]) },
      { name: 'b.npy', content: npyOf([1, 1], [1]) },
    ]),
  );
});

describe('an array of an archive that comes through the standard input', () => {
  test.each([
    [['kernel', '-:a', ...FC]],
    [['eigs', '-:a', '-k', '2']],
    [['regress', '--kernel', '-:a', '--cross', 'k.csv', '--labels', 'two.csv', '--ridge', '1']],
  ])('ntk %j', async (args) => {
    const command = `exec "$0" "$@" < a.npz`;
    const env = { ...process.env, NODE_OPTIONS: '' };
    const child = spawn('bash', ['-c', command, process.execPath, MAIN, ...args], { cwd: at.path('.'), env });
    expect(await ended(child)).toMatchObject({ code: 0 });
  });
});
