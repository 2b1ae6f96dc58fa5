/** Where a text stops being JSON. */
export interface JsonErrorPlace {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

const QUOTE = /"/y;
// Strings hold anything from the space on but quotes and backslashes.
const PLAIN = /[ !#-[\]-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/**
 * What may come next: a value (or, just after `[`, its end), a key (or, just after `{`, its end), or what follows a
 * value.
 */
type Expected = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'next';

/** Walks over a JSON text with an explicit stack of open brackets, so that its depth does not matter. */
class JsonWalk {
  #at = 0;
  #expected: Expected = 'value';
  readonly #open: ('[' | '{')[] = [];
  /** Keys of the open objects, outermost first. */
  readonly #keys: Set<string>[] = [];
  /** The first key that stands twice in its object, and where it does again. */
  repeated: { readonly key: string; readonly at: number } | null = null;

  constructor(readonly text: string) {}

  /**
   * Index of the first character that cannot stand where it stands; the length of the text when it only ends too early.
   */
  errorIndex(): number {
    for (;;) {
      this.#match(SPACE);
      const isDone = this.#expected === 'next' && this.#open.length === 0;
      if (isDone || this.#at >= this.text.length || !this.#step()) return this.#at;
    }
  }

  #step(): boolean {
    switch (this.#expected) {
      case 'next':
        return this.#next();
      case 'key':
      case 'keyOrEnd':
        return this.#key();
      case 'value':
      case 'valueOrEnd':
        return this.#value();
    }
  }

  #value(): boolean {
    const c = this.text[this.#at];
    if (c === '[' || c === '{') {
      this.#open.push(c);
      if (c === '{') this.#keys.push(new Set());
      this.#expected = c === '[' ? 'valueOrEnd' : 'keyOrEnd';
      this.#at++;
      return true;
    }
    if (c === ']' && this.#expected === 'valueOrEnd') return this.#close();
    this.#expected = 'next';
    return this.#string() || this.#match(SCALAR);
  }

  #key(): boolean {
    if (this.text[this.#at] === '}' && this.#expected === 'keyOrEnd') return this.#close();
    const start = this.#at;
    if (!this.#string()) return false;
    this.#see(this.text.slice(start, this.#at), start);
    this.#match(SPACE);
    if (this.text[this.#at] !== ':') return false;
    this.#at++;
    this.#expected = 'value';
    return true;
  }

  #next(): boolean {
    const c = this.text[this.#at];
    const bracket = this.#open.at(-1);
    if (c === (bracket === '[' ? ']' : '}')) return this.#close();
    if (c !== ',') return false;
    this.#at++;
    this.#expected = bracket === '[' ? 'value' : 'key';
    return true;
  }

  #see(text: string, at: number): void {
    const key: string = text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
    const keys = this.#keys[this.#keys.length - 1];
    if (keys.has(key)) this.repeated ??= { key, at };
    keys.add(key);
  }

  #close(): boolean {
    if (this.#open.pop() === '{') this.#keys.pop();
    this.#at++;
    this.#expected = 'next';
    return true;
  }

  /** Piece by piece: one pattern for all of a string remembers every character, which overflows on long ones. */
  #string(): boolean {
    const start = this.#at;
    if (!this.#match(QUOTE)) return false;
    do this.#match(PLAIN);
    while (this.#match(ESCAPE));
    if (this.#match(QUOTE)) return true;
    this.#at = start;
    return false;
  }

  #match(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found === null) return false;
    this.#at = pattern.lastIndex;
    return found[0] !== '';
  }
}

/** Line and column at which `text` stops being JSON (RFC 8259); `JSON.parse` of Node 20 does not always say. */
export function jsonErrorPlace(text: string): JsonErrorPlace {
  return placeAt(text, new JsonWalk(text).errorIndex());
}

/**
 * A key that stands twice in one object of a JSON text, and where it does again; null where none does. Readers of JSON
 * take the last.
 */
export function repeatedKey(text: string): { readonly key: string; readonly place: JsonErrorPlace } | null {
  const walk = new JsonWalk(text);
  walk.errorIndex();
  return walk.repeated && { key: walk.repeated.key, place: placeAt(text, walk.repeated.at) };
}

function placeAt(text: string, index: number): JsonErrorPlace {
  const before = text.slice(0, index);
  const lines = before.split(/\r\n|\r|\n/);
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
