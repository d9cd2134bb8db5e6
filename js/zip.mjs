// A deployment package for AWS Lambda: `node zip.mjs EXECUTABLE ZIP`. The same bytes make the same zip on every machine.
import { readFileSync, writeFileSync } from 'node:fs';

import { zipSync } from 'fflate';

const [executable, zip] = process.argv.slice(2);
const unix = 3;
const mode = 0o100755;
const entry = [readFileSync(executable), { level: 9, os: unix, attrs: mode << 16, mtime: new Date(1980, 0, 1) }];
writeFileSync(zip, zipSync({ bootstrap: entry }));
