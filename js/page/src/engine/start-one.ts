// The same for the page of one file: `file://` allows no other files, so worker and module are text in the page.
import worker from './worker.ts?worker&inline';
import type { Core } from './types.js';

export function core(): Core {
  return { base64: document.getElementById('core')?.textContent ?? '' };
}

export function spawn(): Worker {
  return new worker();
}
