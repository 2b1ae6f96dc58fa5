/** Records as commands wrote them, one a command; their architecture is called NAME. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../house/sources.js';

const COMMANDS = ['profile', 'eigs', 'sphere', 'receptive-field', 'regress', 'kernel', 'compare'];

/** The text of the record of each command. */
export const RECORD_TEXTS: ReadonlyMap<string, string> = new Map(
  COMMANDS.map((name) => [name, readFileSync(join(ROOT, `test/fixtures/records/${name}.json`), 'utf8')]),
);

/** The records themselves. */
export const RECORDS: readonly unknown[] = [...RECORD_TEXTS.values()].map((text): unknown => JSON.parse(text));
