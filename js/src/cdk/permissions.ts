// What the function may do, statement by statement as in host-lambda/iam.
import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import { Grant, type IGrantable, type IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** What every function may do. */
export interface Needs {
  readonly repository: IRepository;
  readonly repositoryKey?: IKey;
  readonly distributions: readonly IDistribution[];
  readonly logGroup: ILogGroup;
  readonly observe: boolean;
  readonly policyInRepository: boolean;
}

/** What it needs with every trigger. */
export function basicStatements(needs: Needs): PolicyStatement[] {
  const distributions = needs.distributions.map((distribution) => distribution.distributionArn);
  const repository = needs.repository.repositoryArn;
  const statements = [
    statement(
      'ReadTheDeployedBranch',
      ['codecommit:GetBranch', 'codecommit:GetCommit', 'codecommit:GetDifferences'],
      [repository],
    ),
    statement('ReadTheDistributionsConfiguration', ['cloudfront:GetDistributionConfig'], distributions),
    statement('WriteItsOwnLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [needs.logGroup.logGroupArn]),
  ];
  if (!needs.observe)
    statements.push(statement('PurgeTheDistribution', ['cloudfront:CreateInvalidation'], distributions));
  if (needs.policyInRepository)
    statements.push(statement('ReadThePolicyFromTheRepository', ['codecommit:GetFile'], [repository]));
  if (needs.repositoryKey) statements.push(decryption(needs.repository, needs.repositoryKey));
  return statements;
}

/** What whole deploys need besides: the base is read in the distribution's own invalidations. */
export function ledgerStatement(distributions: readonly IDistribution[]): PolicyStatement {
  const arns = distributions.map((distribution) => distribution.distributionArn);
  return statement('ReadTheLedger', ['cloudfront:ListInvalidations', 'cloudfront:GetInvalidation'], arns);
}

/** Earlier deploys, also those that failed or were overtaken. */
export function pipelineStatement(pipelineArn: string): PolicyStatement {
  const actions = [
    'codepipeline:ListPipelineExecutions',
    'codepipeline:ListActionExecutions',
    'codepipeline:GetPipelineExecution',
  ];
  return statement('ReadThePipeline', actions, [pipelineArn]);
}

/** The one statement with `*`, in a policy of its own, so that what is acknowledged is this and nothing else. */
export function answerPolicy(scope: Construct, role: IRole): Policy {
  const actions = ['codepipeline:PutJobSuccessResult', 'codepipeline:PutJobFailureResult'];
  const policy = new Policy(scope, 'AnswerJobs', {
    statements: [statement('AnswerThePipelinesJobs', actions, ['*'])],
  });
  // By the role's own way: one that must not be changed stays as it is.
  role.attachInlinePolicy(policy);
  const reason = 'PutJobSuccessResult and PutJobFailureResult accept no resource but *';
  Validations.of(policy).acknowledge({ id: 'AwsSolutions-IAM5[Resource::*]', reason });
  return policy;
}

/** What is live, so that wildcards that purge nothing in vain can save paths. */
export function listStatement(bucket: IBucket): PolicyStatement {
  return statement('ListWhatIsLive', ['s3:ListBucket'], [bucket.bucketArn]);
}

/** Lets somebody invalidate paths of distributions. */
export function grantInvalidate(grantee: IGrantable, distributions: readonly IDistribution[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: ['cloudfront:CreateInvalidation', 'cloudfront:GetInvalidation'],
    resourceArns: distributions.map((distribution) => distribution.distributionArn),
  });
}

function decryption(repository: IRepository, key: IKey): PolicyStatement {
  const stack = Stack.of(repository);
  const region = Token.isUnresolved(repository.env.region) ? stack.region : repository.env.region;
  return new PolicyStatement({
    sid: 'ReadARepositoryWithItsOwnKey',
    actions: ['kms:Decrypt'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `codecommit.${region}.amazonaws.com` } },
  });
}

function statement(sid: string, actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources });
}
