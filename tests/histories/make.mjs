// Writes a real history for the tests: the successive releases of one npm package, as the files that each release
// adds, changes and deletes. Run by hand, when another history is wanted; the file it writes is committed:
//
//   node tests/histories/make.mjs PACKAGE FIRST_MAJOR > tests/histories/PACKAGE.txt
//   node tests/histories/make.mjs undici 4 > tests/histories/undici.txt
//
// It needs Node 20 and npm, installs every stable release from that major on into a temporary folder (no scripts are
// run), and sorts them by version. The file holds names and content digests, no contents:
//
//   release VERSION       begins a release
//   DIGEST PATH           the file has these bytes from this release on (a digest: 10 digits of SHA-256)
//   - PATH                the file is gone
//
// A rename is a line with `-` and one with the digest that the old name had.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, sep } from "node:path";

/** Releases that one npm process installs. */
const CHUNK = 20;

const [name, firstMajor] = process.argv.slice(2);
if (!name || !/^\d+$/.test(firstMajor ?? "")) {
  console.error("usage: node make.mjs PACKAGE FIRST_MAJOR");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "history-"));
try {
  writeFileSync(join(folder, "package.json"), "{}");
  const versions = stableVersions(Number(firstMajor));
  let before = new Map();
  for (let start = 0; start < versions.length; start += CHUNK) {
    const chunk = versions.slice(start, start + CHUNK);
    install(chunk);
    for (const version of chunk) {
      const after = digests(join(folder, "node_modules", alias(version)));
      process.stdout.write(release(version, before, after));
      before = after;
    }
    rmSync(join(folder, "node_modules"), { recursive: true });
    console.error(`${Math.min(start + CHUNK, versions.length)} of ${versions.length} releases`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function npm(...args) {
  const stdio = ["ignore", "pipe", "inherit"];
  return execFileSync("npm", args, { cwd: folder, stdio, encoding: "utf8", shell: process.platform === "win32" });
}

function stableVersions(first) {
  const all = JSON.parse(npm("view", name, "versions", "--json", "--loglevel=error"));
  const parts = (version) => version.split(".").map(Number);
  const stable = all.filter((version) => /^\d+\.\d+\.\d+$/.test(version) && parts(version)[0] >= first);
  return stable.sort((left, right) => {
    const [a, b] = [parts(left), parts(right)];
    return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
  });
}

function alias(version) {
  return `release-${version}`;
}

function install(versions) {
  const packages = versions.map((version) => `${alias(version)}@npm:${name}@${version}`);
  npm("install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", ...packages);
}

/** The package's own files: what it depends on is no part of it. */
function digests(root) {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name));
  const own = paths.filter((path) => !relative(root, path).split(sep).includes("node_modules"));
  const digest = (path) => createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 10);
  const named = own.map((path) => [relative(root, path).split(sep).join("/"), digest(path)]);
  return new Map(named.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function release(version, before, after) {
  const gone = [...before.keys()].filter((path) => !after.has(path)).map((path) => `- ${path}\n`);
  const changed = [...after].filter(([path, digest]) => before.get(path) !== digest);
  return `release ${version}\n${gone.join("")}${changed.map(([path, digest]) => `${digest} ${path}\n`).join("")}`;
}
