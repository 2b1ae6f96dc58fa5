/** What runs this code, for people. */
export function runtimeName(): string {
  return 'a browser';
}

/** The engine of JavaScript beneath, for people. */
export function engineName(): string {
  return navigator.userAgent;
}
