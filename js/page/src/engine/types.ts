// What goes between the page and its worker.
import type { DiffFormat, Fault, Preset } from '../../../src/types.js';
import type { Summary } from '../view/types.js';

/** One input: text that was typed, or a file or a large paste, which only the worker reads. */
export interface Source {
  /** Stays the same while the content does. */
  id: number;
  name: string;
  content: string | Blob;
}

export type LiveKind = 'keys' | 'urls' | 's3-listing';

/** All that a plan is made from. */
export interface Inputs {
  diffs: Source[];
  format: DiffFormat;
  policy: string;
  preset: Preset;
  distribution: string;
  configs: Source[];
  live: Source[];
  liveKind: LiveKind;
  liveComplete: boolean;
}

/** Where a fault is, for a person and for an editor. */
export interface Located {
  input: 'diffs' | 'policy' | 'configs' | 'live';
  /** Which of several. */
  index: number;
  name: string;
  /** From one. */
  line: number;
  column: number;
  /** UTF-16 indices into the text. */
  start: number;
  end: number;
  /** The line, cut around the place: what stands before it, it, what stands behind it. */
  excerpt: [string, string, string];
}

export type Problem = Omit<Fault, 'place'> & { at?: Located };

export interface Success {
  type: 'success';
  summary: Summary;
  /** What is said of the policy, for its editor. */
  policyRemarks: Problem[];
  milliseconds: number;
}

export interface Refusal {
  type: 'failure';
  problems: Problem[];
  milliseconds: number;
}

export type Outcome = Success | Refusal;

export interface Progress {
  step: 'reading' | 'deciding' | 'arranging';
  done: number;
  total: number;
}

/** One answer to "what if there were only so many paths". */
export interface WhatIf {
  limit: number;
  billedPaths: number;
  wildcards: number;
  overPurged?: number;
  /** The wildcards, as many as a person reads. */
  shown: string[];
  milliseconds: number;
}

/** Where the module is: at a URL, as text in base64, or compiled already. */
export type Core = { url: string } | { base64: string } | { module: WebAssembly.Module };
