/** A headless Chromium, driven over a pipe by the DevTools protocol: what a reader of a page sees. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

function find(): string | null {
  const { NTK_TEST_CHROMIUM: named, PATH = '' } = process.env;
  if (named !== undefined && named !== '') return named;
  const places = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  return places.find((place) => existsSync(place)) ?? null;
}

/** The browser of this machine: $NTK_TEST_CHROMIUM, else what the path has; null without one. */
export const CHROMIUM = find();

/** What cannot be tested without it: the summary of the tests says so. */
export const UNSEEN: readonly string[] =
  CHROMIUM === null
    ? [`pages in a browser: no ${NAMES[0]} on the path. Install it, for example with apt-get install ${NAMES[0]}`]
    : [];

type Json = Readonly<Record<string, unknown>>;

function fields(value: unknown): Json {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

type Listener = (session: unknown, method: string, params: Json) => void;

/** Lines of the protocol end with a zero byte. */
class Connection {
  readonly #to: Writable;
  readonly #waiting = new Map<number, { resolve(result: Json): void; reject(error: Error): void }>();
  readonly #listeners: Listener[] = [];
  #count = 0;

  constructor(to: Writable, from: Readable) {
    this.#to = to;
    let rest = '';
    from.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${rest}${text}`.split('\0');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line));
    });
  }

  #take({ id, sessionId, method, params, result, error }: Json): void {
    if (typeof id !== 'number') for (const listen of this.#listeners) listen(sessionId, String(method), fields(params));
    else if (error === undefined) this.#waiting.get(id)?.resolve(fields(result));
    else this.#waiting.get(id)?.reject(new Error(JSON.stringify(error)));
  }

  onEvent(listen: Listener): void {
    this.#listeners.push(listen);
  }

  /** Nothing more will come. */
  fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  send(method: string, params: Json = {}, sessionId?: string): Promise<Json> {
    const id = ++this.#count;
    this.#to.write(`${JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })}\0`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }
}

/** A page as it was opened. */
export interface OpenPage {
  /** What the console and the log of the browser say that is worse than information. */
  readonly complaints: readonly string[];
  /** Addresses that were asked for. */
  readonly requests: readonly string[];
  /** The value of an expression in the page; it must be JSON. */
  evaluate(expression: string): Promise<unknown>;
}

/** A browser that runs. */
export interface Browser {
  /** Opens a file in a window of that width, pixels. */
  open(path: string, width: number): Promise<OpenPage>;
  close(): Promise<void>;
}

function isPipe(stream: unknown): stream is Readable & Writable {
  return typeof stream === 'object' && stream !== null && 'on' in stream;
}

function complaintOf(method: string, params: Json): string | null {
  if (method === 'Runtime.exceptionThrown') return JSON.stringify(params.exceptionDetails);
  if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(String(params.type))) {
    return JSON.stringify(params.args);
  }
  const { level, text } = fields(params.entry);
  return method === 'Log.entryAdded' && (level === 'error' || level === 'warning') ? String(text) : null;
}

async function openPage(connection: Connection, path: string, width: number): Promise<OpenPage> {
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method: string, params: Json = {}) => connection.send(method, params, String(sessionId));
  const [complaints, requests]: [string[], string[]] = [[], []];
  const loaded = new Promise<void>((resolve) => {
    connection.onEvent((session, method, params) => {
      if (session !== sessionId) return;
      const complaint = complaintOf(method, params);
      if (complaint !== null) complaints.push(complaint);
      if (method === 'Network.requestWillBeSent') requests.push(String(fields(params.request).url));
      if (method === 'Page.loadEventFired') resolve();
    });
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  const metrics = { width, height: 900, deviceScaleFactor: 1, mobile: width < 600 };
  await send('Emulation.setDeviceMetricsOverride', metrics);
  await send('Page.navigate', { url: pathToFileURL(path).href });
  await loaded;
  return {
    complaints,
    requests,
    async evaluate(expression) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, returnByValue: true });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return fields(result).value;
    },
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

/** Starts the browser; its profile is a folder of its own, which goes when it ends. */
export async function startBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(UNSEEN[0]);
  const profile = mkdtempSync(join(tmpdir(), 'ntk-browser-'));
  // Its sandbox is not to be had as root or in most containers; it opens nothing but pages made here.
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const child = spawn(CHROMIUM, [...flags, '--remote-debugging-pipe', `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const [, , , to, from] = child.stdio;
  if (!isPipe(to) || !isPipe(from)) throw new Error('the browser has no pipes');
  const connection = new Connection(to, from);
  child.once('error', (error) => connection.fail(error));
  child.once('exit', (code, signal) => connection.fail(new Error(`the browser ended with ${code ?? signal}`)));
  return {
    open: (path, width) => openPage(connection, path, width),
    async close() {
      await connection.send('Browser.close').catch(() => undefined);
      await ended(child);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
