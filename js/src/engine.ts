// The module and the one way into it.
import { __wbg_reset_state, callObject, call as callText, initSync } from '../generated/purgeplan_wasm.js';
import { encoded, failure } from './inputs.js';

let ready = false;
/** Whether the instance may be asked: none stopped half way. */
let whole = true;

/**
 * Makes the module ready for calls; once.
 *
 * @internal
 */
export function start(source: BufferSource | WebAssembly.Module): void {
  if (ready) return;
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  // The binding keeps whatever it has instantiated, so another module must not get so far.
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === 'callObject')) {
    throw new TypeError('the module is not purgeplan’s `core.wasm`');
  }
  initSync({ module });
  ready = true;
}

/** A request's JSON in, the answer out: a plain object, as `JSON.parse` would make it of the answer's text. */
export function ask(request: string | Uint8Array, attachments: readonly Uint8Array[]): unknown {
  const [text, views] = given(request, attachments);
  return guarded(() => callObject(text, views) as unknown, stopped);
}

/** The same with the answer as JSON text: the very bytes that the core wrote. */
export function askText(request: string | Uint8Array, attachments: readonly Uint8Array[]): string {
  const [text, views] = given(request, attachments);
  return guarded(
    () => callText(text, views),
    (error) => JSON.stringify(stopped(error)),
  );
}

/** The core never fails; an engine does, when there is no more memory. What is asked next has a new instance. */
function guarded<T>(work: () => T, answer: (error: Error) => T): T {
  try {
    if (!whole) renew();
    return work();
  } catch (error) {
    try {
      renew();
    } catch {
      // No room for it yet: the next call tries again.
    }
    const told = error instanceof WebAssembly.RuntimeError || error instanceof RangeError || isTooLong(error);
    if (told) return answer(error as Error);
    throw error;
  }
}

/** What stops half way gives nothing back, neither memory nor places in tables; the compiled module stays. */
function renew(): void {
  whole = false;
  __wbg_reset_state();
  whole = true;
}

/** Node's decoder says it of an answer that is longer than a string can be. */
function isTooLong(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ERR_STRING_TOO_LONG';
}

function stopped(error: Error): object {
  const help = isTooLong(error)
    ? 'the answer is longer than a string can be: give less at once'
    : 'most likely the input needs more memory than a module can have, 4 GB: give less at once';
  return failure('engine-stopped', help, [`the module stopped: ${error.message}`]);
}

function given(request: string | Uint8Array, attachments: readonly Uint8Array[]): [string | Uint8Array, Uint8Array[]] {
  if (!ready) throw new Error("purgeplan's module is not loaded: wait for `init()` first");
  const views = attachments.map((content, index) => encoded(`attachments[${index}]`, content));
  return [typeof request === 'string' ? request : encoded('request', request), views];
}
