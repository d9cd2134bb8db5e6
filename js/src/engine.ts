// The module and the one way into it.
import { callObject, call as callText, initSync } from '../generated/purgeplan_wasm.js';

let ready = false;

/** Makes the module ready for calls; once. */
export function start(module: BufferSource | WebAssembly.Module): void {
  if (!ready) initSync({ module });
  ready = true;
}

/** A request's JSON in, the answer out: a plain object, as `JSON.parse` would make it of the answer's text. */
export function ask(request: string | Uint8Array, attachments: readonly Uint8Array[]): unknown {
  return guarded(() => callObject(checked(request), attachments.map(view)) as unknown, stopped);
}

/** The same with the answer as JSON text: the very bytes that the core wrote. */
export function askText(request: string | Uint8Array, attachments: readonly Uint8Array[]): string {
  return guarded(
    () => callText(checked(request), attachments.map(view)),
    (error) => JSON.stringify(stopped(error)),
  );
}

/** The core never fails; an engine does, when there is no more memory. The instance is usable afterwards. */
function guarded<T>(work: () => T, told: (error: Error) => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return told(error);
    // Node's decoder says it of an answer that is longer than a string can be.
    if (error instanceof Error && 'code' in error && error.code === TOO_LONG) return told(error);
    throw error;
  }
}

const TOO_LONG = 'ERR_STRING_TOO_LONG';

function stopped(error: Error): object {
  const help =
    'code' in error && error.code === TOO_LONG
      ? 'the answer is longer than a string can be: give less at once'
      : 'most likely the input needs more memory than a module can have, 4 GB: give less at once';
  return { type: 'failure', errors: [{ code: 'engine-stopped', message: `the module stopped: ${error.message}`, help }] };
}

function checked(request: string | Uint8Array): string | Uint8Array {
  if (!ready) throw new Error("purgeplan's module is not loaded: wait for `init()` first");
  return typeof request === 'string' ? request : view(request);
}

// A view of another realm (a test runner's, a frame's) is no `instanceof Uint8Array` here, so it is wrapped.
function view(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
