// Reads inputs in the worker, and keeps the bytes of files while they are in use.
import type { Source } from './types.js';

/** So often one sees that it goes on. A file comes in hundreds of pieces, and the page draws each that it is told of. */
const TOLD_MS = 50;

/** A file that is gone, or is another one since it was opened. */
export class Unreadable extends Error {
  constructor(name: string, why: unknown) {
    super(`the file \`${name}\` cannot be read: ${why instanceof Error ? why.message : String(why)}`);
  }
}

export class Reader {
  readonly #bytes = new Map<number, Uint8Array>();

  /** Text as it is, files as bytes; a file is read once. */
  async read(sources: readonly Source[], progress: (done: number, total: number) => void): Promise<(string | Uint8Array)[]> {
    const waiting = sources.filter(({ id, content }) => content instanceof Blob && !this.#bytes.has(id));
    const total = waiting.reduce((sum, { content }) => sum + (content as Blob).size, 0);
    let [done, told] = [0, 0];
    const count = (more: number) => {
      done += more;
      if (done < total && performance.now() - told < TOLD_MS) return;
      told = performance.now();
      progress(done, total);
    };
    for (const { id, name, content } of waiting) {
      const bytes = await bytesOf(content as Blob, count).catch((error: unknown) => {
        throw new Unreadable(name, error);
      });
      this.#bytes.set(id, bytes);
    }
    return sources.map(({ id, content }) => (typeof content === 'string' ? content : this.#bytes.get(id)!));
  }

  /** Forgets files that are no input any more. */
  keep(sources: readonly Source[]): void {
    const wanted = new Set(sources.map(({ id }) => id));
    for (const id of this.#bytes.keys()) if (!wanted.has(id)) this.#bytes.delete(id);
  }
}

async function bytesOf(blob: Blob, progress: (more: number) => void): Promise<Uint8Array> {
  const bytes = new Uint8Array(blob.size);
  const reader = blob.stream().getReader();
  let at = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    bytes.set(piece.value, at);
    at += piece.value.length;
    progress(piece.value.length);
  }
  return bytes;
}
