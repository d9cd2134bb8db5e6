// Reads a diff with a parser from npm, so many times: prints how many files it found, then the seconds of each time.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [folder, parser, file, runs] = process.argv.slice(2);
const loaded = createRequire(`${folder}/`)(parser);
const parse = parser === 'parse-diff' ? (loaded.default ?? loaded) : (loaded.default ?? loaded).parse;
const text = readFileSync(file, 'utf8');
const seconds = [];
let found;
for (let run = 0; run < Number(runs); run += 1) {
  const before = process.cpuUsage();
  found = parse(text).length;
  const { user, system } = process.cpuUsage(before);
  seconds.push((user + system) / 1e6);
}
console.log(found, ...seconds);
