// Asks the npm package a request, files attached, so many times: prints how many changes or paths the answer has, then
// the seconds of each time.
import { readFileSync } from 'node:fs';

const [dist, runs, request, ...files] = process.argv.slice(2);
const { askText } = await import(`${dist}/index.js`);
const attachments = files.map((file) => readFileSync(file));
const seconds = [];
let answer = '';
// The first three make the engine compile what is hot, as in any long-lived host.
for (let run = -3; run < Number(runs); run += 1) {
  const before = process.cpuUsage();
  answer = askText(request, attachments);
  const { user, system } = process.cpuUsage(before);
  if (run >= 0) seconds.push((user + system) / 1e6);
}
const { changes, billed_paths: paths } = JSON.parse(answer);
console.log(paths ?? changes.length, ...seconds);
