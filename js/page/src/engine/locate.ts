// From an index into an input's text to its line, its column, and the line itself.
import type { Fault, Remark } from '../../../src/types.js';
import type { Located, Problem, Source } from './types.js';

/** How much of a long line is shown on each side. */
const AROUND = 80;

export interface Placed {
  input: Located['input'];
  index: number;
  source: Pick<Source, 'name'>;
  content: string | Uint8Array;
}

/** What the core calls an input, and what it is. */
export type Inventory = ReadonlyMap<string, Placed>;

export function located({ place, ...problem }: Fault | Remark, inventory: Inventory): Problem {
  const placed = place && inventory.get(place.input);
  if (!place || !placed) return problem;
  const { input, index, source, content } = placed;
  const text = typeof content === 'string' ? content : new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
  const { start, end } = place;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = endOfLine(text, start);
  const line = countLines(text, lineStart) + 1;
  const stop = Math.min(Math.max(end, start), lineEnd);
  const excerpt: Located['excerpt'] = [
    cutBefore(text.slice(lineStart, start)),
    cutAfter(text.slice(start, stop)),
    cutAfter(text.slice(stop, lineEnd)),
  ];
  return { ...problem, at: { input, index, name: source.name, line, column: start - lineStart + 1, start, end, excerpt } };
}

function endOfLine(text: string, start: number): number {
  const at = text.indexOf('\n', start);
  return at < 0 ? text.length : at;
}

function countLines(text: string, end: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

const cutBefore = (text: string): string => (text.length > AROUND ? `…${text.slice(-AROUND)}` : text);
const cutAfter = (text: string): string => (text.length > AROUND ? `${text.slice(0, AROUND)}…` : text);
