// The module in Chromium, as the npm package's `./browser` loads it from a page of its own origin.
//
// usage: node chromium.mjs BROWSER
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

import { serve } from './frames.mjs';

const { chromium } = createRequire(new URL('../../js/package.json', import.meta.url))('playwright-core');
const TYPES = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };
const PAGE = '<!doctype html><title>conformance</title>';

const server = createServer((request, response) => {
  const name = /^\/([a-z]+)\.(js|wasm)$/.exec(request.url ?? '');
  response.setHeader('content-type', TYPES[name?.[2] ?? 'html']);
  if (!name) return response.end(PAGE);
  createReadStream(new URL(`../../js/dist${request.url}`, import.meta.url)).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(async () => {
    const purgeplan = await import('/browser.js');
    await purgeplan.init();
    const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    globalThis.answer = ([request, ...attachments]) => purgeplan.askText(bytes(request), attachments.map(bytes));
  });
  await serve((pieces) =>
    page.evaluate((given) => globalThis.answer(given), pieces.map((piece) => piece.toString('base64'))),
  );
} finally {
  await browser.close();
  server.close();
}
