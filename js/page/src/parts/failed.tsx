// A view that could not be made, and why.
import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { wasStopped } from '../engine/stopped.js';
import { useWords } from '../language/index.js';
import { Prose } from './name.js';

export type Failure = string | undefined;

export const useFailure = (): Signal<Failure> => useSignal<Failure>(undefined);

/** What is wrong; nothing when it was only stopped: whoever stopped it shows something else. */
export function failure(error: unknown): Failure {
  if (wasStopped(error)) return undefined;
  return error instanceof Error ? error.message : String(error);
}

export function Failed({ failure: { value } }: { failure: Signal<Failure> }): JSX.Element | null {
  const w = useWords();
  if (value === undefined) return null;
  return (
    <p class="padded failed" role="alert">
      {w.viewFailed} <span class="quiet" lang="en"><Prose text={value} /></span>
    </p>
  );
}
