// Asks the npm package for text (`text`) or for an object (`object`), or its module alone from bytes to bytes (`bytes`), a
// request, files attached, so many times: prints how many changes or paths the answer has, then the seconds of each time.
import { readFileSync } from 'node:fs';

const [way, dist, runs, request, ...files] = process.argv.slice(2);
const { ask: object, askText: text } = await import(`${dist}/index.js`);
const ask = { text, object, bytes: alone(`${dist}/core.wasm`) }[way];
const attachments = files.map((file) => readFileSync(file));
const seconds = [];
let answer = '';
// The engine compiles what is hot in the meantime, as in any long-lived host.
const warm = performance.now() + 2000;
while (performance.now() < warm) answer = ask(request, attachments);
for (let run = 0; run < Number(runs); run += 1) {
  const before = process.cpuUsage();
  answer = ask(request, attachments);
  const { user, system } = process.cpuUsage(before);
  seconds.push((user + system) / 1e6);
}
const read = { text: JSON.parse, object: (answer) => answer, bytes: (answer) => JSON.parse(new TextDecoder().decode(answer)) };
const { changes, billed_paths: paths } = read[way](answer);
console.log(paths ?? changes.length, ...seconds);

/** The module as any engine has it: no import is called on this way. */
function alone(path) {
  const module = new WebAssembly.Module(readFileSync(path));
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => {};
  const { memory, input, answer, answerLength } = new WebAssembly.Instance(module, imports).exports;
  return (request, attachments) => {
    for (const bytes of [new TextEncoder().encode(request), ...attachments]) {
      const address = input(bytes.length) >>> 0;
      new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
    }
    const address = answer() >>> 0;
    return new Uint8Array(memory.buffer, address, answerLength());
  };
}
