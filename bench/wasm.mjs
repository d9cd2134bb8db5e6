// Reads a diff with the npm package, so many times: prints how many files it found, then the seconds of each time.
import { readFileSync } from 'node:fs';

const [dist, file, runs] = process.argv.slice(2);
const { askText } = await import(`${dist}/index.js`);
const diff = readFileSync(file);
const seconds = [];
let answer = '';
// The first two make the engine compile what is hot, as in any long-lived host.
for (let run = -2; run < Number(runs); run += 1) {
  const before = process.cpuUsage();
  answer = askText('{"op":"parse","diffs":[{"format":"unified","attachments":[0]}]}', [diff]);
  const { user, system } = process.cpuUsage(before);
  if (run >= 0) seconds.push((user + system) / 1e6);
}
console.log(JSON.parse(answer).changes.length, ...seconds);
