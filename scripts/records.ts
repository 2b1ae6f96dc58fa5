/**
 * Makes the tables of docs/record.md and `docs/schemas/` from the schemas in `src/report/records/`. Run by
 * `npm run records`.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordPage, recordSchemas } from './records/pages.js';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));

const page = join(DOCS, 'record.md');
writeFileSync(page, recordPage(readFileSync(page, 'utf8')));
const folder = join(DOCS, 'schemas');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, text] of recordSchemas()) writeFileSync(join(folder, name), text);
