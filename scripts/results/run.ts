/** One state of the engine with a folder of its own, in which commands run one after the other. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** Milliseconds after which a command counts as hanging. */
const PATIENCE = 120_000;

/** What one command did. */
export interface Outcome {
  /** Exit code; null where it had to be ended. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files that were not there before, or hold something else now, by their path in the folder. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly seconds: number;
}

/** A built checkout and the folder in which its commands run. */
export class Side {
  readonly #program: string;
  readonly #folder: string;
  #files: ReadonlyMap<string, Buffer>;

  /** `checkout`: the root of a built clone; `folder`: where its commands read and write. */
  constructor(checkout: string, folder: string) {
    this.#program = resolve(checkout, 'dist/src/cli/main.js');
    this.#folder = folder;
    this.#files = this.#read();
  }

  #read(): ReadonlyMap<string, Buffer> {
    const entries = readdirSync(this.#folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
    return new Map(paths.map((path) => [relative(this.#folder, path), readFileSync(path)]));
  }

  /** Runs `ntk` with the words of a line, here, and says what came of it. */
  run(line: string): Outcome {
    const start = performance.now();
    const { status, stdout, stderr } = spawnSync(process.execPath, [this.#program, ...line.split(' ')], {
      cwd: this.#folder,
      encoding: 'utf8',
      timeout: PATIENCE,
      maxBuffer: 2 ** 28,
      env: { ...process.env, NO_COLOR: '1', COLUMNS: '120', TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    const seconds = (performance.now() - start) / 1000;
    const files = this.#read();
    const changed = [...files].filter(([path, bytes]) => !this.#files.get(path)?.equals(bytes));
    this.#files = files;
    return { code: status, stdout, stderr, files: new Map(changed), seconds };
  }
}
