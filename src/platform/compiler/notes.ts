import { digestOf } from './digest.js';
import type { Toolchain } from './toolchain.js';

/** The file that says so of work compiled by this compiler. */
function fileOf({ compiler }: Toolchain, subject: string): string {
  return `ready-${digestOf(JSON.stringify([compiler.words, compiler.version, subject]))}.txt`;
}

/** Whether a note was made of a subject. */
export function isNoted(tools: Toolchain, subject: string): boolean {
  return tools.folder.read(fileOf(tools, subject)) !== null;
}

/** Makes a note of a subject, beside the libraries; where that cannot be done there is none. */
export function note(tools: Toolchain, subject: string): void {
  const file = fileOf(tools, subject);
  if (tools.folder.read(file) === null) tools.folder.keep(file, new Uint8Array());
}
