// Where the worker and the module are in the page of several files. The page of one file has another one of these.
import coreUrl from '../../../generated/core.wasm?url';
import type { Core } from './types.js';

export function core(): Core {
  return { url: new URL(coreUrl, document.baseURI).href };
}

export function spawn(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
}
