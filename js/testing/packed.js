// The packed package in projects of its own, with this package's CDK beside it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { folder } from './sites.js';

const js = fileURLToPath(new URL('..', import.meta.url));
const npm = (args, cwd) =>
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  }).toString();

const [packed] = JSON.parse(npm(['pack', '--json', `--pack-destination=${folder}`], js));

/** A project with the package and CDK installed, and files in it. */
export function project(name, manifest, files = {}) {
  const at = join(folder, name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'package.json'), JSON.stringify({ name, private: true, ...manifest }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text);
  npm(['install', '--offline', '--no-save', join(folder, packed.filename)], at);
  // Whoever wants the command line only gets no CDK.
  if (existsSync(join(at, 'node_modules/aws-cdk-lib'))) throw new Error('installing purgeplan installed CDK');
  for (const one of ['aws-cdk-lib', 'aws-cdk', 'constructs'])
    symlinkSync(join(js, 'node_modules', one), join(at, 'node_modules', one));
  mkdirSync(join(at, 'node_modules/.bin'), { recursive: true });
  symlinkSync('../aws-cdk/bin/cdk', join(at, 'node_modules/.bin/cdk'));
  return at;
}

/** Puts a file in the place of the executables that this copy of the package was made without. */
export function standIn(at) {
  for (const architecture of ['arm64', 'x86_64']) {
    const to = join(at, 'node_modules/purgeplan/dist/lambda', architecture);
    mkdirSync(to, { recursive: true });
    const file = join(to, 'bootstrap');
    if (!existsSync(file)) writeFileSync(file, '#!/bin/sh\n', { mode: 0o755 });
  }
}

/** Runs `npx cdk` as a person does. */
export function cdk(at, args, env = {}) {
  const options = ['--no-notices', '--no-version-reporting', '--no-color'];
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'cdk', ...args, ...options], {
    cwd: at,
    encoding: 'utf8',
    env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true', ...env },
  });
  return { status, stdout, stderr };
}

/** TypeScript's compiler on a project. */
export function compile(at) {
  execFileSync(process.execPath, [join(js, 'node_modules/typescript/bin/tsc'), '--project', '.'], {
    cwd: at,
    stdio: 'inherit',
  });
}
