// The stable codes of the core and the function: those in the sources, and those on the page.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/src/troubleshooting.md');
const SOURCES = ['core/src', 'core/lines/src', 'host-lambda/src'];

/** Words with a hyphen that are no codes: whatever else has the shape of a code must be on the page. */
const OTHER_WORDS = new Set([
  // formats, encodings and renderings of the wire
  ...['aws-cli', 'git-raw', 'name-only', 'name-status', 's3-event', 's3-listing', 'when-removed', 'detail-type'],
  // forms of URLs, kinds of changes
  ...['default-root', 'bare-directory', 'type-changed', 'mode-changed'],
  // what AWS calls things
  ...['origin-request', 'viewer-request', 's3-website', 'execution-id'],
  // what starts a digest, how mails are encoded
  ...['purgeplan-1', 'quoted-printable'],
  // kinds of events in the log
  'test-event',
]);

/** Calls whose first or second argument is a code. */
const MAKERS = /(?:\b(?:Error|Failure|Warning)::new|\bDiagnostic::(?:warning|info)|\.(?:warn|error)|\bwarning)\(/g;
const WORD = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Every code in the sources, with a file that has it. */
export function inSources() {
  const found = new Map();
  for (const path of files()) {
    for (const code of codesOf(readFileSync(path, 'utf8'))) found.set(code, found.get(code) ?? path.slice(ROOT.length));
  }
  return found;
}

/** The codes of the package itself, and of the construct: what its errors begin with, and what its warnings are known by. */
export function inConstruct() {
  const source = (folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
      .join('\n');
  const [text, own] = [source('js/src/cdk'), source('js/src')];
  // At the start of a message, or behind the place that it is about.
  const errors = text.matchAll(/(?:['"`]|\}: )([a-z]+(?:-[a-z]+)+|architecture|concurrency): /g);
  const warnings = text.matchAll(/'purgeplan:([a-z-]+)'/g);
  const fields = text.matchAll(/\bcode(?::| =) '([a-z-]+)'/g);
  const failures = own.matchAll(/\bfailure\('([a-z-]+)'/g);
  return new Set([...errors, ...warnings, ...fields, ...failures].map(([, code]) => code));
}

function files() {
  const rust = SOURCES.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .filter((name) => name.endsWith('.rs'))
      .map((name) => join(ROOT, folder, name)),
  );
  return rust.filter((path) => !/[/\\]tests([/\\]|\.rs$)/.test(path));
}

/** Whether some string of the sources is this word. */
export function isInSources(word) {
  return inConstruct().has(word) || files().some((path) => readFileSync(path, 'utf8').includes(`"${word}"`));
}

/** The codes of one Rust file. */
export function codesOf(text) {
  const { bare, strings } = parted(withoutTests(text));
  const codes = new Set();
  // A text with a hyphen, wherever it stands.
  for (const string of strings)
    if (string.includes('-') && WORD.test(string) && !OTHER_WORDS.has(string)) codes.add(string);
  // A text of one word, where a code stands.
  for (const match of bare.matchAll(MAKERS)) {
    const [first, second] = bare.slice(match.index + match[0].length).split(',', 2);
    for (const argument of [first, second]) add(argument);
  }
  for (const [, string] of bare.matchAll(/\b(?:code: |code = |failed\((?:true|false), )(\u0001\d+\u0001)/g))
    add(string);
  for (const [body] of bare.matchAll(/\bfn code\(self\)[^{]*\{[^}]*\}/g)) {
    for (const [arm] of body.matchAll(/\u0001\d+\u0001/g)) add(arm);
  }
  return codes;

  function add(argument) {
    const index = /^\s*\u0001(\d+)\u0001\s*$/.exec(argument ?? '')?.[1];
    const string = index === undefined ? undefined : strings[index];
    if (string !== undefined && WORD.test(string)) codes.add(string);
  }
}

/** A file's own tests come last in it. */
const withoutTests = (text) => text.split(/^#\[cfg\(test\)\]\nmod \w+ \{/m)[0];

/** The code with a number in the place of each string, and the strings; comments and attributes are left out. */
function parted(text) {
  const strings = [];
  const token = /\/\/[^\n]*|#!?\[[^\n]*|r(#*)"([\s\S]*?)"\1|"((?:[^"\\]|\\[\s\S])*)"|'(?:[^'\\\n]|\\[^\n]+?)'/g;
  const bare = text.replace(token, (whole, _, raw, plain) => {
    const string = raw ?? plain;
    return string === undefined ? '' : `\u0001${strings.push(string) - 1}\u0001`;
  });
  return { bare, strings };
}

/** Every code that has a row on the page. */
export function onPage() {
  const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| (`[^|]*`) \|/gm);
  return [...rows].flatMap(([, cell]) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code));
}
