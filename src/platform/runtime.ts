/** What runs this code, for people. */
export function runtimeName(): string {
  return `Node ${process.versions.node}`;
}

/** The engine of JavaScript beneath, for people. */
export function engineName(): string {
  return `V8 ${process.versions.v8}`;
}
