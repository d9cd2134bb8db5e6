import { Annotations, CfnResource, Lazy, Stack, Token } from 'aws-cdk-lib';
import {
  Action,
  ActionCategory,
  type ActionBindOptions,
  type ActionConfig,
  type ActionProperties,
  type CfnPipeline,
  GlobalVariables,
  type IAction,
  type IStage,
} from 'aws-cdk-lib/aws-codepipeline';
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

import type { PurgeOnDeploy } from './purge-on-deploy.js';
import { commitOf, latestDeploy, orderFaults, warnOfParallel } from './stage.js';

/** Properties of {@link PurgeAction}. */
export interface PurgeActionProps {
  /** Name of the action in its stage. */
  readonly actionName: string;

  /** What purges. */
  readonly purge: PurgeOnDeploy;

  /**
   * The actions of the same stage that deploy the site.
   *
   * @default - the stage's actions of the category Deploy
   */
  readonly deployActions?: readonly IAction[];

  /**
   * The action's place in its stage; it must come after the deploy.
   *
   * @default - one more than that of the last deploy action
   */
  readonly runOrder?: number;

  /**
   * The deployed commit's full id, as a variable of the pipeline (`#{SourceVariables.CommitId}`).
   *
   * @default - the commit of the pipeline's CodeCommit source action
   */
  readonly commitId?: string;

  /**
   * What becomes of the action when the purge fails for good: it fails, or it succeeds with the failure in its summary.
   *
   * @default 'fail'
   */
  readonly onFailure?: 'fail' | 'warn';

  /**
   * Whether the action lasts until CloudFront has purged everywhere.
   *
   * @default false
   */
  readonly wait?: boolean;

  /**
   * Namespace of the action's output variables.
   *
   * @default - made by CDK, when a variable is used
   */
  readonly variablesNamespace?: string;

  /**
   * The role that calls the function.
   *
   * @default - one that CDK makes
   */
  readonly role?: IRole;
}

/** What a {@link PurgeAction} tells later actions. */
export interface PurgeActionVariables {
  /** How many invalidation paths were created. */
  readonly billedPaths: string;
  /** How many of them were wildcards. */
  readonly wildcards: string;
  /** Ids of the invalidations. */
  readonly invalidationIds: string;
  /** The commit that the edge was brought to before. */
  readonly base: string;
  /** The commit that was deployed. */
  readonly head: string;
}

/**
 * The pipeline's action that purges what the deploy made stale. It stands in the deploy's stage and after it, so that the
 * next deploy waits for the purge.
 */
export class PurgeAction extends Action {
  protected readonly providedActionProperties: ActionProperties;
  private stage?: IStage;

  constructor(private readonly props: PurgeActionProps) {
    super();
    const runOrder = Lazy.number({ produce: () => latestDeploy(this.stage, this.props.deployActions) + 1 });
    this.providedActionProperties = {
      actionName: props.actionName,
      category: ActionCategory.INVOKE,
      provider: 'Lambda',
      owner: 'AWS',
      version: '1',
      resource: props.purge.lambdaFunction,
      artifactBounds: { minInputs: 0, maxInputs: 0, minOutputs: 0, maxOutputs: 0 },
      runOrder: props.runOrder ?? runOrder,
      ...(props.role && { role: props.role }),
      ...(props.variablesNamespace !== undefined && { variablesNamespace: props.variablesNamespace }),
    };
  }

  /** The action's output variables, for user parameters and environments of later actions. */
  get variables(): PurgeActionVariables {
    return {
      billedPaths: this.variableExpression('BilledPaths'),
      wildcards: this.variableExpression('Wildcards'),
      invalidationIds: this.variableExpression('InvalidationIds'),
      base: this.variableExpression('Base'),
      head: this.variableExpression('Head'),
    };
  }

  protected bound(scope: Construct, stage: IStage, options: ActionBindOptions): ActionConfig {
    this.stage = stage;
    const { purge, deployActions, onFailure, wait } = this.props;
    this.refuseCycle(stage);
    scope.node.addValidation({ validate: () => orderFaults(this, stage, deployActions) });
    warnOfParallel(scope, stage.pipeline);
    const pipeline = this.pipelineName(scope, stage);
    purge.allowWholeDeploys(pipeline);
    purge.allowJobs();
    options.role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [purge.lambdaFunction.functionArn] }),
    );
    const parameters = {
      commit: this.props.commitId ?? commitOf(stage),
      execution: GlobalVariables.executionId,
      ...(pipeline !== undefined && { pipeline }),
      ...(onFailure && { on_failure: onFailure }),
      ...(wait && { wait }),
    };
    return {
      configuration: {
        FunctionName: purge.lambdaFunction.functionName,
        UserParameters: Stack.of(scope).toJsonString(parameters),
      },
    };
  }

  /** CDK would speak of a cyclic reference, and not of what to do. */
  private refuseCycle({ pipeline }: IStage): void {
    const [its, own] = [Stack.of(pipeline), Stack.of(this.props.purge)];
    if (!this.props.purge.needs(its)) return;
    throw new Error(
      `${pipeline.node.path}: purge-cycle: the pipeline is in stack \`${its.node.path}\` with parts of the site, the PurgeOnDeploy ` +
        `in \`${own.node.path}\`: each would wait for the other; make the PurgeOnDeploy in the pipeline's stack`,
    );
  }

  /** The pipeline's name, unless CloudFormation makes it up: a pipeline cannot refer to itself. */
  private pipelineName(scope: Construct, stage: IStage): string | undefined {
    const child = stage.pipeline.node.defaultChild;
    const resource = child && CfnResource.isCfnResource(child) ? (child as CfnPipeline) : undefined;
    // A name that was not given is a token of nothing.
    if (resource && Stack.of(resource).resolve(resource.name) !== undefined) return resource.name;
    const name = stage.pipeline.pipelineName;
    if (!resource && !Token.isUnresolved(name)) return name;
    const message =
      'the pipeline has no name of its own, so the function cannot ask it for earlier deploys: set `pipelineName`';
    Annotations.of(scope).addWarningV2('purgeplan:pipeline-name', message);
    return undefined;
  }
}
