// The inputs in the fragment of a link: JSON, deflated, in the alphabet of URLs.
import type { Inputs, Source } from './engine/types.js';
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

/** The fragment, or how large it would have been. */
export async function fragmentOf(session: Session): Promise<{ fragment: string } | { tooLarge: number }> {
  const inputs = session.inputs();
  const all = [...inputs.diffs, ...inputs.configs, ...inputs.live];
  const size = all.reduce((sum, { content }) => sum + (typeof content === 'string' ? content.length : content.size), 0);
  if (size > WORTH) return { tooLarge: size };
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
  return fragment.length > LONGEST ? { tooLarge: fragment.length } : { fragment };
}

/** Takes the inputs of a fragment; false when it cannot be read. Nothing to read is no fault. */
export async function takeFragment(fragment: string, session: Session): Promise<boolean> {
  if (!fragment.startsWith(MARK)) return true;
  try {
    const packed = Uint8Array.from(atob(fragment.slice(MARK.length).replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const text = await through(new Blob([packed]), new DecompressionStream('deflate-raw'), MOST);
    take(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text)) as Partial<State>, session);
    return true;
  } catch {
    return false;
  }
}

function take(state: Partial<State>, session: Session): void {
  if (typeof state !== 'object' || state === null) throw new TypeError('no inputs');
  for (const name of ['diffs', 'configs', 'live'] as const) {
    const field = session[name];
    const sources = (state[name] ?? []).map(([file, text]) => [String(file), String(text)] as const);
    field.text.value = sources.find(([file]) => file === '')?.[1] ?? '';
    field.files.value = sources.filter(([file]) => file !== '').map(([file, text]) => source(file, unlatin(text)));
  }
  session.policy.value = String(state.policy ?? '');
  session.distribution.value = String(state.distribution ?? '');
  session.format.value = state.format ?? 'auto';
  session.preset.value = state.preset ?? 'sound';
  session.liveKind.value = state.liveKind ?? 'keys';
  session.liveComplete.value = state.liveComplete !== false;
  session.used.value = Math.max(0, Number(state.used) || 0);
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
