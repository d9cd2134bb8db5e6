// The inputs in the fragment of a link: JSON, deflated, in the alphabet of URLs.
import type { Inputs, Source } from './engine/types.js';
import { en } from './language/en.js';
import { source, type Session } from './session.js';

const MARK = '#s1=';
/** Browsers take more, but chats and trackers cut longer links. */
const LONGEST = 30_000;
/** A short link can unpack to very much; more than this is no link of ours. */
const MOST = 20_000_000;
/** Nothing so large can become a link, so it is not even read. */
const WORTH = 5_000_000;

type Packed = [name: string, text: string];

interface State extends Omit<Inputs, 'diffs' | 'configs' | 'live'> {
  diffs: Packed[];
  configs: Packed[];
  live: Packed[];
  used: number;
}

/** How large it would have been, of how much at most, both before they are packed or behind it. */
export interface TooLarge {
  tooLarge: number;
  most: number;
  packed: boolean;
}

/** The fragment, or why there is none. */
export async function fragmentOf(session: Session): Promise<{ fragment: string } | TooLarge> {
  const inputs = session.inputs();
  const all = [...inputs.diffs, ...inputs.configs, ...inputs.live];
  const size = all.reduce((sum, { content }) => sum + (typeof content === 'string' ? content.length : content.size), 0);
  if (size > WORTH) return { tooLarge: size, most: WORTH, packed: false };
  const packed = (sources: Source[]) =>
    Promise.all(sources.map(async ({ name, content }): Promise<Packed> => [name, typeof content === 'string' ? content : await latin(content)]));
  const state: State = {
    ...inputs,
    diffs: await packed(inputs.diffs),
    configs: await packed(inputs.configs),
    live: await packed(inputs.live),
    used: session.used.value,
  };
  const bytes = await through(new Blob([JSON.stringify(state)]), new CompressionStream('deflate-raw'), Infinity);
  const fragment = MARK + base64(bytes);
  return fragment.length > LONGEST ? { tooLarge: fragment.length, most: LONGEST, packed: true } : { fragment };
}

/** Takes the inputs of a fragment; false when it cannot be read. Nothing to read is no fault. */
export async function takeFragment(fragment: string, session: Session): Promise<boolean> {
  if (!fragment.startsWith(MARK)) return true;
  try {
    const packed = Uint8Array.from(atob(fragment.slice(MARK.length).replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const text = await through(new Blob([packed]), new DecompressionStream('deflate-raw'), MOST);
    fill(session, checked(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text))));
    return true;
  } catch {
    return false;
  }
}

/** The whole state, or an error: nothing is taken of a link of which anything is wrong. */
function checked(value: unknown): State {
  const state = object(value);
  return {
    diffs: packs(state['diffs']),
    configs: packs(state['configs']),
    live: packs(state['live']),
    policy: text(state['policy']),
    distribution: text(state['distribution']),
    format: oneOf(state['format'], Object.keys(en.formats) as Inputs['format'][]),
    preset: oneOf(state['preset'], Object.keys(en.presets) as Inputs['preset'][]),
    liveKind: oneOf(state['liveKind'], Object.keys(en.liveKinds) as Inputs['liveKind'][]),
    liveComplete: oneOf(state['liveComplete'], [true, false]),
    used: count(state['used']),
  };
}

function fill(session: Session, state: State): void {
  for (const name of ['diffs', 'configs', 'live'] as const) {
    const field = session[name];
    field.text.value = state[name].find(([file]) => file === '')?.[1] ?? '';
    field.files.value = state[name].filter(([file]) => file !== '').map(([file, content]) => source(file, unlatin(content)));
  }
  session.policy.value = state.policy;
  session.distribution.value = state.distribution;
  session.format.value = state.format;
  session.preset.value = state.preset;
  session.liveKind.value = state.liveKind;
  session.liveComplete.value = state.liveComplete;
  session.used.value = state.used;
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError('no inputs');
  return value as Record<string, unknown>;
}

function packs(value: unknown): Packed[] {
  if (!Array.isArray(value)) throw new TypeError('no list');
  return value.map((each: unknown) => {
    const [name, content] = Array.isArray(each) ? (each as unknown[]) : [];
    // Of a file each character is a byte.
    if (name !== '' && /[^\u0000-\u00ff]/.test(text(content))) throw new TypeError('no bytes');
    return [text(name), text(content)];
  });
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

function oneOf<T>(value: unknown, known: T[]): T {
  if (!known.includes(value as T)) throw new TypeError('no choice');
  return value as T;
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new TypeError('no count');
  return value as number;
}

async function through(blob: Blob, stream: ReadableWritablePair<Uint8Array, BufferSource>, most: number): Promise<Uint8Array> {
  const reader = blob.stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, Uint8Array>).getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    size += piece.value.length;
    if (size > most) throw new RangeError('too large');
    pieces.push(piece.value);
  }
  return new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
}

function base64(bytes: Uint8Array): string {
  return btoa(characters(bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** A file's bytes, one character each: a diff need not be UTF-8. */
async function latin(blob: Blob): Promise<string> {
  return characters(new Uint8Array(await blob.arrayBuffer()));
}

function characters(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

const unlatin = (text: string): Blob => new Blob([Uint8Array.from(text, (character) => character.charCodeAt(0))]);
