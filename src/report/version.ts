import { readFileSync } from 'node:fs';

/** Version of this package, as in its `package.json`. */
export function version(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const parsed: { readonly version: string } = JSON.parse(text);
  return parsed.version;
}
