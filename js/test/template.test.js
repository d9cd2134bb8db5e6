// `deploy/template.yaml` is the construct's, and AWS's tools take it.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { parse } from 'yaml';

import { file, generated, variants } from '../template/generate.mjs';
import { merged } from '../template/merge.mjs';

const text = readFileSync(file, 'utf8');
const python = process.env.PURGEPLAN_PYTHON;
const skip = !python && 'PURGEPLAN_PYTHON is not set';
const tool = (name) => join(dirname(python), name);

test('it is what the construct says', () => {
  assert.equal(text, generated(), 'write it anew: `node js/template/generate.mjs`');
});

test('each trigger has the construct’s resources, no more and no less', () => {
  const all = variants();
  const { resources, conditions } = merged(all);
  for (const [trigger, expected] of Object.entries(all)) {
    const holds = (name) => conditions[name].values.includes(trigger) !== conditions[name].not;
    const present = Object.entries(resources).filter(([, { Condition }]) => Condition === undefined || holds(Condition));
    const chosen = Object.fromEntries(present.map(([id, { Condition: _, ...resource }]) => [id, resolved(resource, holds)]));
    assert.deepEqual(chosen, expected, trigger);
  }
});

/** A value as CloudFormation sees it when these conditions hold; `undefined` for nothing. */
function resolved(value, holds) {
  if (Array.isArray(value)) return value.map((item) => resolved(item, holds)).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  if (value.Ref === 'AWS::NoValue') return undefined;
  if ('Fn::If' in value) {
    const [name, yes, no] = value['Fn::If'];
    return resolved(holds(name) ? yes : no, holds);
  }
  const kept = Object.entries(value).map(([key, item]) => [key, resolved(item, holds)]).filter(([, item]) => item !== undefined);
  return Object.fromEntries(kept);
}

test('every parameter is used, and what it names is what the function reads', () => {
  const { Parameters, Resources, ...rest } = parse(text);
  for (const name of Object.keys(Parameters)) {
    assert.match(JSON.stringify([Resources, rest]), new RegExp(`"Ref":"${name}"`), name);
  }
  const names = ['repository_name', 'branch_name', 'dest_id', 'PURGEPLAN_POLICY', 'PURGEPLAN_MODE'];
  assert.deepEqual(Object.keys(Resources.Function.Properties.Environment.Variables), names);
});

test('cfn-lint finds nothing', { skip }, () => {
  execFileSync(tool('cfn-lint'), [file], { stdio: ['ignore', 'inherit', 'inherit'] });
});

test('aws cloudformation package puts the folder beside it into a bucket', { skip }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'purgeplan-deploy-'));
  after(() => rmSync(folder, { recursive: true }));
  cpSync(file, join(folder, 'template.yaml'));
  mkdirSync(join(folder, 'lambda'));
  writeFileSync(join(folder, 'lambda/bootstrap'), '#!/bin/sh\n', { mode: 0o755 });
  const port = await freePort();
  const server = spawn(tool('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  try {
    const endpoint = `http://127.0.0.1:${port}`;
    await answers(endpoint);
    const env = {
      ...process.env, AWS_ENDPOINT_URL: endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1',
      AWS_EC2_METADATA_DISABLED: 'true', AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    };
    const aws = (...args) => promisify(execFile)(tool('aws'), args, { cwd: folder, env });
    await aws('s3api', 'create-bucket', '--bucket', 'code');
    await aws('cloudformation', 'package', '--template-file', 'template.yaml', '--s3-bucket', 'code', '--output-template-file', 'packaged.yaml');
    const packaged = parse(readFileSync(join(folder, 'packaged.yaml'), 'utf8'));
    const { S3Bucket, S3Key } = packaged.Resources.Function.Properties.Code;
    assert.equal(S3Bucket, 'code');
    await aws('s3api', 'head-object', '--bucket', 'code', '--key', S3Key);
    execFileSync(tool('cfn-lint'), ['packaged.yaml'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  } finally {
    server.kill();
  }
});

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until a server answers. */
async function answers(url) {
  for (let tries = 0; tries < 300; tries += 1) {
    const there = await fetch(url).then(() => true, () => false);
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}
