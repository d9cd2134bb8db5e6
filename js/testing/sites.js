// Sites for the tests of the construct.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

import { App, Stack } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as codepipeline from 'aws-cdk-lib/aws-codepipeline';
import * as actions from 'aws-cdk-lib/aws-codepipeline-actions';
import * as s3 from 'aws-cdk-lib/aws-s3';

import { PurgeOnDeploy } from '../dist/cdk/index.js';

/** A folder that goes when the tests of the file are done. */
export const folder = mkdtempSync(join(tmpdir(), 'purgeplan-cdk-'));
after(() => rmSync(folder, { recursive: true }));

// Templates do not depend on the executable's bytes, so a small one stands in for it.
export const bootstrap = join(folder, 'bootstrap');
writeFileSync(bootstrap, '#!/bin/sh\n', { mode: 0o755 });

let apps = 0;

/** An app with a site of its own, as far as `PurgeOnDeploy` needs one. */
export function site({ context, stackProps, appProps } = {}) {
  const app = new App({
    outdir: join(folder, `cdk.out.${apps++}`),
    context,
    analyticsReporting: false,
    treeMetadata: false,
    ...appProps,
  });
  const stack = new Stack(app, 'Site', stackProps);
  const bucket = new s3.Bucket(stack, 'Bucket');
  const distribution = new cloudfront.Distribution(stack, 'Distribution', {
    defaultRootObject: 'index.html',
    defaultBehavior: { origin: origins.S3BucketOrigin.withOriginAccessControl(bucket) },
  });
  const repository = new codecommit.Repository(stack, 'Repository', { repositoryName: 'site' });
  return { app, stack, bucket, distribution, repository };
}

/** The construct in it. Its preview is off unless a test asks for one. */
export function purgeOn(parts, props = {}) {
  const { stack, bucket, distribution, repository } = parts;
  return new PurgeOnDeploy(stack, 'Purge', {
    bucket,
    distribution,
    repository,
    bootstrap,
    preview: { enabled: false },
    ...props,
  });
}

/** A pipeline that deploys the repository to the bucket; `more` adds actions to its last stage. */
export function pipelineOf({ stack, bucket, repository }, props = {}) {
  const source = new codepipeline.Artifact();
  const pipeline = new codepipeline.Pipeline(stack, 'Pipeline', {
    pipelineName: 'site',
    pipelineType: codepipeline.PipelineType.V2,
    ...props,
  });
  pipeline.addStage({
    stageName: 'Source',
    actions: [new actions.CodeCommitSourceAction({ actionName: 'Source', repository, branch: 'main', output: source })],
  });
  const deploy = new actions.S3DeployAction({ actionName: 'Deploy', bucket, input: source });
  const stage = pipeline.addStage({ stageName: 'Deploy', actions: [deploy] });
  return { pipeline, deploy, stage, source };
}

/** A git repository with these commits; each is the files that it writes, `null` to delete one. */
export function repositoryWith(name, commits) {
  const at = join(folder, name);
  mkdirSync(at, { recursive: true });
  git(at, 'init', '--quiet', '--initial-branch=main');
  for (const [index, files] of commits.entries()) {
    for (const [path, text] of Object.entries(files)) put(at, path, text);
    git(at, 'add', '--all');
    git(at, 'commit', '--quiet', `--message=${index}`);
  }
  return at;
}

/** Writes a file, or deletes it. */
export function put(at, path, text) {
  const file = join(at, path);
  mkdirSync(dirname(file), { recursive: true });
  if (text === null) rmSync(file);
  else writeFileSync(file, text);
}

/** Runs git with an identity and a date of its own, so that ids are the same everywhere. */
export function git(at, ...args) {
  const date = '2026-01-01T00:00:00Z';
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  };
  return execFileSync('git', ['-C', at, ...args], { env })
    .toString()
    .trim();
}

/** The statements of a role of the template, in order of their ids: `Sid`, actions, resources. */
export function statements(template, role) {
  const policies = Object.values(
    template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: role }] } }),
  );
  const all = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return Object.fromEntries(
    all.map(({ Sid, Action, Effect, Resource, ...rest }, index) => {
      if (Effect !== 'Allow') throw new Error(`statement ${index} is no Allow`);
      return [Sid ?? `no id: ${[Action].flat().join()}`, { actions: [Action].flat(), resource: Resource, ...rest }];
    }),
  );
}

/** The logical id of a resource, found by what the construct calls it. */
export function idOf(template, start) {
  const ids = Object.keys(template.toJSON().Resources).filter(
    (id) => id.startsWith(start) && /^[0-9A-F]{8}$/.test(id.slice(start.length)),
  );
  if (ids.length !== 1) throw new Error(`${start}: ${ids.join()}`);
  return ids[0];
}
