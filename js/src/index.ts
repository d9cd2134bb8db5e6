/**
 * purgeplan's decision for Node: which CloudFront URLs a deploy makes stale, and the fewest invalidation paths for them.
 *
 * The module is loaded when this is imported, synchronously, so that a constructor can call it.
 *
 * @packageDocumentation
 */
export * from './api.js';

import { readFileSync } from 'node:fs';

import { start } from './engine.js';

start(readFileSync(new URL('./core.wasm', import.meta.url)));
