// A static site: CodeCommit, CodePipeline, S3, CloudFront; and purgeplan, which purges what a deploy made stale.
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Distribution, ViewerProtocolPolicy } from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Repository } from 'aws-cdk-lib/aws-codecommit';
import { Artifact, ExecutionMode, Pipeline, PipelineType } from 'aws-cdk-lib/aws-codepipeline';
import { CodeCommitSourceAction, S3DeployAction } from 'aws-cdk-lib/aws-codepipeline-actions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { PurgeAction, PurgeOnDeploy } from 'purgeplan/cdk';

class SiteStack extends Stack {
  constructor(scope, id, { site }) {
    super(scope, id);
    const repository = new Repository(this, 'Repository', { repositoryName: 'example-site' });
    const bucket = new Bucket(this, 'Bucket', { enforceSSL: true });
    const distribution = new Distribution(this, 'Distribution', {
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(bucket),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      },
    });

    const purge = new PurgeOnDeploy(this, 'Purge', {
      distribution,
      repository,
      bucket,
      policy: {
        ignore: ['README.md', 'drafts/**'],
        fingerprinted: ['assets/*-[hash].{js,css}'],
        dependents: [{ when: 'posts/*.html', purge: ['/', '/feed.xml'] }],
      },
      // The next deploy, as the site's checkout has it: see cdk.out/purge-preview.md.
      preview: { directory: site, failOn: { billedPaths: 500 } },
    });

    const source = new Artifact();
    const pipeline = new Pipeline(this, 'Pipeline', {
      pipelineName: 'example-site',
      pipelineType: PipelineType.V2,
      executionMode: ExecutionMode.QUEUED,
      crossAccountKeys: false,
    });
    pipeline.addStage({
      stageName: 'Source',
      actions: [new CodeCommitSourceAction({ actionName: 'Checkout', repository, branch: 'main', output: source })],
    });
    pipeline.addStage({
      stageName: 'Deploy',
      actions: [
        new S3DeployAction({ actionName: 'Upload', bucket, input: source }),
        // After the upload, in its stage: the next deploy waits for it.
        new PurgeAction({ actionName: 'Purge', purge }),
      ],
    });
    new CfnOutput(this, 'Address', { value: `https://${distribution.distributionDomainName}/` });
  }
}

new SiteStack(new App(), 'ExampleSite', { site: process.env.SITE ?? '../site' });
