// What a user of `deploy/template.yaml` is asked.

export const PARAMETERS = {
  RepositoryName: { Type: 'String', Description: 'The CodeCommit repository of the site', MinLength: 1 },
  BranchName: { Type: 'String', Description: 'The branch that is deployed', Default: 'main', MinLength: 1 },
  DistributionId: {
    Type: 'String',
    Description: 'The CloudFront distribution that is purged: one',
    AllowedPattern: '[A-Z0-9]+',
  },
  BucketName: { Type: 'String', Description: 'The bucket that the site is deployed to', MinLength: 3 },
  Trigger: {
    Type: 'String',
    Description:
      'What tells the function of a deploy. PipelineAction (recommended): add the action of the output UserParameters to the stage that deploys, and the output PipelineStatement to the role of the pipeline. S3 and S3Queue: let the bucket send its events to EventBridge',
    Default: 'PipelineAction',
    AllowedValues: ['PipelineAction', 'PipelineEvent', 'S3', 'S3Queue'],
  },
  PipelineName: {
    Type: 'String',
    Description: 'The pipeline that deploys, for PipelineAction and PipelineEvent; else -',
    Default: '-',
    AllowedPattern: '[A-Za-z0-9.@_-]+',
  },
  Policy: {
    Type: 'String',
    Description:
      'A policy, as JSON text or as the name of a file in the folder of the executable. Empty: the preset sound',
    Default: '',
  },
  Mode: {
    Type: 'String',
    Description: 'live, or observe: plans and logs, never purges',
    Default: 'live',
    AllowedValues: ['live', 'observe'],
  },
  Architecture: {
    Type: 'String',
    Description: 'What the executable was built for',
    Default: 'arm64',
    AllowedValues: ['arm64', 'x86_64'],
  },
  ReserveConcurrency: {
    Type: 'String',
    Description:
      'Whether few instances of the function run at once (recommended); no, where the account is too new or too small to reserve any',
    Default: 'yes',
    AllowedValues: ['yes', 'no'],
  },
  AlarmTopicArn: { Type: 'String', Description: 'ARN of the SNS topic that the alarms tell. Empty: none', Default: '' },
};
