/** Lets events of this process be handled (signals, messages, timers) before the work goes on. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
