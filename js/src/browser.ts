/**
 * purgeplan's decision for browsers and workers. Call {@link init} once before anything else; later calls wait for the
 * same module.
 *
 * @packageDocumentation
 */
export * from './api.js';

import { start } from './engine.js';

let loading: Promise<void> | undefined;

/**
 * Loads the module; idempotent.
 *
 * @param module - Where it is, when not beside this file: a URL, a response, its bytes, or the compiled module.
 */
export function init(module?: URL | string | Response | BufferSource | WebAssembly.Module): Promise<void> {
  loading ??= load(module).catch((error: unknown) => {
    // The next call may try again: the network is back, or another place is given.
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(module: URL | string | Response | BufferSource | WebAssembly.Module | undefined): Promise<void> {
  let source: unknown = module ?? new URL('./core.wasm', import.meta.url);
  if (typeof source === 'string' || source instanceof URL) {
    source = await fetch(source);
  }
  if (source instanceof Response) {
    if (!source.ok) throw new Error(`purgeplan's module at ${source.url} answers ${source.status}`);
    source = await source.arrayBuffer();
  }
  start(source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source as BufferSource));
}
