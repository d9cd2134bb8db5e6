// From what a caller gives to a request of the core, and its places back to the caller's own text.
import type { Failure, Fault, Place, Remark } from './types.js';

const encoder = new TextEncoder();

/** Text, which is encoded as UTF-8, or bytes as they are. */
export type Bytes = string | Uint8Array;

/** What the core names by index: its bytes, and what it is called for the caller. */
export class Attachments {
  readonly bytes: Uint8Array[] = [];
  readonly names: string[] = [];

  /** Adds one; its index. */
  add(name: string, content: unknown): number {
    this.names.push(name);
    this.bytes.push(encoded(name, content));
    return this.bytes.length - 1;
  }

  /** An error's or a remark's place in the caller's text; `undefined` for the request, which the caller did not write. */
  place(span: { attachment: number | null; start: number; end: number }): Place | undefined {
    if (span.attachment === null) return undefined;
    const bytes = this.bytes[span.attachment];
    const input = this.names[span.attachment];
    if (bytes === undefined || input === undefined) return undefined;
    return { input, start: characters(bytes, span.start), end: characters(bytes, span.end) };
  }
}

function encoded(name: string, content: unknown): Uint8Array {
  if (typeof content === 'string') return encoder.encode(content);
  if (ArrayBuffer.isView(content)) return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  throw new TypeError(`\`${name}\` is neither a string nor a Uint8Array`);
}

/** UTF-16 code units before a byte: an index into the text as JavaScript has it. */
function characters(bytes: Uint8Array, end: number): number {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, end)).length;
}

interface Spanned {
  span?: { attachment: number | null; start: number; end: number };
}

/** An answer of the core with its places in the caller's text. */
export function placed<T extends { type: 'success' }>(answer: unknown, attachments: Attachments): T | Failure {
  const told = answer as { errors?: (Fault & Spanned)[]; diagnostics?: (Remark & Spanned)[] };
  for (const item of [...(told.errors ?? []), ...(told.diagnostics ?? [])]) {
    const place = item.span && attachments.place(item.span);
    delete item.span;
    if (place) item.place = place;
  }
  return answer as T | Failure;
}
