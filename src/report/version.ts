import { readFileSync } from 'node:fs';
import { ownFile } from '../backend/own-files.js';

/** Version of this package, as in its `package.json`. */
export function version(): string {
  const text = readFileSync(ownFile('package.json'), 'utf8');
  const parsed: { readonly version: string } = JSON.parse(text);
  return parsed.version;
}
