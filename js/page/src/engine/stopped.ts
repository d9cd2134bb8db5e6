/** Thrown to whoever waits for what was stopped, or for what a newer question made needless. */
export class Stopped extends Error {
  // Between the worker and the page an error keeps its name, but not its class.
  override readonly name = 'Stopped';
}

export const wasStopped = (error: unknown): boolean => error instanceof Error && error.name === 'Stopped';
