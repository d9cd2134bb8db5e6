// From what a caller gives to a request of the core, and its places back to the caller's own text.
import type { Failure, Fault, Place, Remark } from './types.js';

const encoder = new TextEncoder();

/** Text, which is encoded as UTF-8, or bytes as they are. */
export type Bytes = string | Uint8Array | ArrayBuffer;

/** What the core names by index: its bytes, and what it is called for the caller. */
export class Attachments {
  readonly bytes: Uint8Array[] = [];
  readonly names: string[] = [];
  /** What is wrong with the request, before the core is asked. */
  readonly faults: string[] = [];

  /** Adds one; its index. `path` is where the caller wrote it. */
  add(name: string, content: unknown, path = name): number {
    this.names.push(name);
    this.bytes.push(encoded(path, content));
    return this.bytes.length - 1;
  }

  /** An object of the request. What has a name that none of its fields has is told: in silence the plan would be another. */
  object<T extends object>(path: string, value: T, known: readonly (keyof T & string)[], wanted = 'an object and no list'): T {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path || 'request', value, wanted);
    for (const [name, said] of Object.entries(value)) {
      if (said === undefined || known.includes(name as keyof T & string)) continue;
      const expected = known.map((field) => `\`${field}\``).join(', ');
      this.faults.push(`unknown field \`${path && `${path}.`}${name}\`, expected one of ${expected}`);
    }
    return value;
  }

  /** The failure that the faults are; `undefined` without any. */
  failure(): Failure | undefined {
    const help = 'see the types of the package for the fields and their values';
    return this.faults[0] ? failure('request-json', help, this.faults) : undefined;
  }
}

/** A failure that the core does not tell. */
export function failure(code: string, help: string, messages: readonly string[]): Failure {
  return { type: 'failure', errors: messages.map((message) => ({ code, message, help })) };
}

/** Bytes of a content; of a buffer that was transferred nothing is left to be read. */
export function encoded(name: string, content: unknown): Uint8Array {
  if (typeof content === 'string') return encoder.encode(content);
  if (!isBytes(content)) throw wrong(name, content, 'a string, a `Uint8Array` or an `ArrayBuffer`');
  try {
    if (!ArrayBuffer.isView(content)) return new Uint8Array(content as ArrayBuffer);
    return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  } catch {
    throw new TypeError(`the buffer of \`${name}\` was transferred: give bytes that stay`);
  }
}

/** Also those of another realm, a test runner's or a frame's, which are no instances of what is called so here. */
export function isBytes(value: unknown): value is Bytes {
  const tag = Object.prototype.toString.call(value);
  return typeof value === 'string' || ArrayBuffer.isView(value) || tag.endsWith('ArrayBuffer]');
}

/** An argument of a wrong type, and which one is wanted. */
export function wrong(name: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`\`${name}\` is ${value === null ? 'null' : `of type \`${typeof value}\``}: give ${wanted}`);
}

interface Span {
  attachment: number | null;
  start: number;
  end: number;
}

/** An answer of the core with its places in the caller's text. */
export function placed<T extends { type: 'success' }>(answer: unknown, attachments: Attachments): T | Failure {
  const told = answer as { errors?: (Fault & { span?: Span })[]; diagnostics?: (Remark & { span?: Span })[] };
  const items = [...(told.errors ?? []), ...(told.diagnostics ?? [])];
  // The request itself, `null`, is no text of the caller's.
  const ends = attachments.bytes.map((): number[] => []);
  for (const { span } of items) if (span) ends[span.attachment ?? -1]?.push(span.start, span.end);
  const indices = ends.map((offsets, index) => characters(attachments.bytes[index] as Uint8Array, offsets));
  for (const item of items) {
    const { attachment, start, end } = item.span ?? { attachment: null, start: 0, end: 0 };
    delete item.span;
    const known = indices[attachment ?? -1];
    const place = { input: attachments.names[attachment ?? -1], start: known?.get(start)?.[0], end: known?.get(end)?.[1] };
    if (known) item.place = place as Place;
  }
  return answer as T | Failure;
}

/**
 * Offsets of bytes as indices into the text as JavaScript has it, in UTF-16 code units: of the character's beginning and
 * of its end, where one lies within a character. The text is walked once, however many they are, and never made: it may be
 * longer than a string can be.
 */
function characters(bytes: Uint8Array, offsets: number[]): Map<number, [number, number]> {
  const known = new Map<number, [number, number]>();
  let at = 0;
  let index = 0;
  for (const offset of offsets.sort((one, other) => one - other)) {
    let next = at;
    let units = 0;
    while (at < offset && at < bytes.length) {
      next = (bytes[at] as number) < 0x80 ? at + 1 : character(bytes, at);
      units = next - at === 4 ? 2 : 1;
      if (next > offset) break;
      at = next;
      index += units;
    }
    known.set(offset, [index, next > offset ? index + units : index]);
  }
  return known;
}

/** Where the character ends that begins here; what is not UTF-8 is split as every `TextDecoder` splits it. */
function character(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0xc2 || lead > 0xf4) return at + 1;
  const end = at + (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4);
  // Neither overlong, nor a surrogate, nor beyond Unicode.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  let next = at + 1;
  while (next < end) {
    const byte = bytes[next] ?? 0;
    if (byte < low || byte > high) break;
    [low, high] = [0x80, 0xbf];
    next += 1;
  }
  return next;
}
