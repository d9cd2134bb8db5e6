// The decision, compiled to WebAssembly and loaded synchronously. `dist` is generated: `cargo xtask test` makes it.
import { readFileSync } from 'node:fs';

import { callObject, initSync } from './dist/purgeplan_wasm.js';

initSync({ module: readFileSync(new URL('./dist/purgeplan_wasm_bg.wasm', import.meta.url)) });

/**
 * Answers one request; ARCHITECTURE.md describes requests and answers. Bad input is an answer with the type `failure`.
 *
 * @param {object | string | Uint8Array} request - The request: an object, its JSON text, or that text's UTF-8 bytes.
 * @param {Uint8Array[]} [attachments] - What the request names by index: diffs, a policy, key lists.
 * @returns {object} The answer, a plain object.
 * @throws {TypeError} When an attachment is not a `Uint8Array`.
 */
export function call(request, attachments = []) {
  return callObject(requestText(request), attachments.map(attachmentBytes));
}

/**
 * Plans the invalidation of what the request's diffs changed: `call` with `op` set to `plan`.
 *
 * @param {object} request - The request, without `op`.
 * @param {Uint8Array[]} [attachments] - What the request names by index.
 * @returns {object} The answer, a plain object.
 * @throws {TypeError} When an attachment is not a `Uint8Array`.
 */
export function plan(request, attachments = []) {
  return call({ ...request, op: 'plan' }, attachments);
}

function requestText(request) {
  if (ArrayBuffer.isView(request)) return bytes(request);
  return typeof request === 'string' ? request : JSON.stringify(request);
}

function attachmentBytes(attachment, index) {
  if (!ArrayBuffer.isView(attachment)) throw new TypeError(`attachments[${index}] is not a Uint8Array`);
  return bytes(attachment);
}

// A view of another realm (a test runner's, a frame's) is no `instanceof Uint8Array` here, so it is wrapped.
function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
