import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib';
import type { IDistribution } from 'aws-cdk-lib/aws-cloudfront';
import type { Alarm, Dashboard, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IRepository } from 'aws-cdk-lib/aws-codecommit';
import {
  type Grant,
  type IGrantable,
  type IPrincipal,
  type IRole,
  type Policy,
  type PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { type ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

import type { Policy as PolicyFields } from '../types.js';
import { propertyFaults } from './checks.js';
import { TIMEOUT, configuration, makeFunction } from './function.js';
import { addAlarms, addDashboard, siteMetric } from './monitoring.js';
import * as permissions from './permissions.js';
import { addPreview } from './preview.js';
import type { PurgeOnDeployProps } from './props.js';
import { LEAST_CONCURRENCY, deadLetterQueue } from './queue.js';
import { isMadeIn, outermost } from './rendered.js';
import { PurgeTrigger } from './trigger.js';

/**
 * Purges from CloudFront what a deploy made stale: the function, what calls it, its log, alarms and dashboard, and at
 * synth a preview of what the next deploy purges.
 *
 * ```ts
 * const purge = new PurgeOnDeploy(this, 'Purge', { distribution, repository, bucket });
 * deployStage.addAction(new PurgeAction({ actionName: 'Purge', purge }));
 * ```
 *
 * It does not deploy the site, and it does not make the pipeline, the bucket or the distribution. Its place is the
 * pipeline's stack: the pipeline waits for the function, and the function for the distribution.
 */
export class PurgeOnDeploy extends Construct implements IGrantable {
  /** The function. */
  readonly lambdaFunction: LambdaFunction;
  /** The role of the function. */
  readonly role: IRole;
  /** The same, for grants to the function. */
  readonly grantPrincipal: IPrincipal;
  /** Its log. */
  readonly logGroup: ILogGroup;
  /** Where events are kept that failed in every try. */
  readonly deadLetterQueue: IQueue;
  /** What is purged. */
  readonly distributions: readonly IDistribution[];
  /** The repository and the branch, which the metrics' dimension `Site` is. */
  readonly site: string;
  /** The alarms; none when they are turned off. */
  readonly alarms: readonly Alarm[];
  /** The dashboard, unless it is turned off. */
  readonly dashboard?: Dashboard;

  private readonly repository: IRepository;
  private readonly bucket?: IBucket;
  private readonly mayList: boolean;
  private readonly ownsRole: boolean;
  private readonly statements = new Map<string, PolicyStatement>();
  private answers?: Policy;

  constructor(scope: Construct, id: string, props: PurgeOnDeployProps) {
    super(scope, id);
    const trigger = props.trigger ?? PurgeTrigger.pipelineAction();
    this.distributions = props.distributions ?? (props.distribution ? [props.distribution] : []);
    this.refuse(propertyFaults(Stack.of(this), props, this.distributions, trigger));
    const carried = configuration(this, props, this.distributions);
    this.refuse(carried.fault === undefined ? [] : [carried.fault]);
    if (carried.remark !== undefined) Annotations.of(this).addInfo(carried.remark);

    this.site = `${props.repository.repositoryName}/${props.branch ?? 'main'}`;
    this.repository = props.repository;
    this.bucket = props.bucket;
    this.mayList = lists(carried.policy);
    this.deadLetterQueue = deadLetterQueue(this);
    this.logGroup = new LogGroup(this, 'Log', { retention: props.logRetention ?? RetentionDays.ONE_MONTH });
    this.ownsRole = props.role === undefined;
    this.role = props.role ?? this.ownRole();
    this.grantPrincipal = this.role.grantPrincipal;
    this.permitBasics(props);
    this.lambdaFunction = makeFunction(
      this,
      props,
      {
        role: this.role,
        logGroup: this.logGroup,
        distributions: this.distributions,
        deadLetterQueue: trigger.fromQueue ? undefined : this.deadLetterQueue,
        reservedConcurrency: props.reservedConcurrency ?? (trigger.fromQueue ? LEAST_CONCURRENCY : 1),
      },
      carried,
    );
    trigger.bind(this, {
      purge: this,
      lambdaFunction: this.lambdaFunction,
      deadLetterQueue: this.deadLetterQueue,
      bucket: props.bucket,
      timeout: props.timeout ?? TIMEOUT,
    });
    this.alarms =
      props.alarms === false
        ? []
        : addAlarms(this, this, {
            topic: props.alarmTopic,
            throttles: trigger.fewEvents,
            fromQueue: trigger.fromQueue,
            billedPaths: props.billedPathsAlarm,
          });
    if (props.dashboard !== false) this.dashboard = addDashboard(this, this);
    if (props.preview?.enabled !== false) addPreview(this, props, carried.policy);
    if (trigger.needsAction) this.node.addValidation({ validate: () => this.remarkUnused() });
  }

  /** Lets somebody create invalidations of the distributions, and look whether they are complete. */
  grantInvalidate(grantee: IGrantable): Grant {
    return permissions.grantInvalidate(grantee, this.distributions);
  }

  /** Lets somebody call the function, for example to send the events of the dead-letter queue again. */
  grantInvoke(grantee: IGrantable): Grant {
    return this.lambdaFunction.grantInvoke(grantee);
  }

  /** One of the function's own metrics, for example `Retries`; by default a sum over five minutes. */
  metric(metricName: string, options?: MetricOptions): Metric {
    return siteMetric(this.site, metricName, options);
  }

  /** How many invalidation paths were created. */
  metricBilledPaths(options?: MetricOptions): Metric {
    return this.metric('BilledPaths', options);
  }

  /** How many purges failed. */
  metricFailures(options?: MetricOptions): Metric {
    return this.metric('Failures', options);
  }

  /**
   * Lets the function purge whole deploys: read what the edge was last brought to, list the bucket and, when it is known,
   * ask the pipeline for earlier deploys. Triggers and actions call it.
   */
  allowWholeDeploys(pipelineName?: string): void {
    this.permit(permissions.ledgerStatement(this.distributions));
    if (this.bucket && this.mayList) this.permit(permissions.listStatement(this.bucket));
    if (pipelineName === undefined) return;
    const stack = Stack.of(this);
    const arn = stack.formatArn({
      service: 'codepipeline',
      resource: pipelineName,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
    this.permit(permissions.pipelineStatement(arn));
  }

  /** Lets the function answer the jobs of a pipeline. Actions call it. */
  allowJobs(): void {
    this.answers ??= permissions.answerPolicy(this, this.role);
  }

  /** Whether this waits for what a stack makes. Actions ask it. */
  needs(stack: Stack): boolean {
    const named = [...this.distributions, this.repository, ...(this.bucket ? [this.bucket] : [])];
    return outermost(stack) !== outermost(Stack.of(this)) && named.some((one) => isMadeIn(stack, one));
  }

  private permitBasics(props: PurgeOnDeployProps): void {
    const statements = permissions.basicStatements({
      repository: props.repository,
      repositoryKey: props.repositoryKey,
      distributions: this.distributions,
      logGroup: this.logGroup,
      observe: props.observe ?? false,
      policyInRepository: props.policyPath !== undefined,
    });
    for (const statement of statements) this.permit(statement);
  }

  /** Each statement once: a second one of its name, for another pipeline, adds what it is about. */
  private permit(statement: PolicyStatement): void {
    const name = statement.sid ?? '';
    const earlier = this.statements.get(name);
    const more = statement.resources.filter((resource) => !earlier?.resources.includes(resource));
    if (more.length === 0) return;
    if (earlier) return earlier.addResources(...more);
    this.statements.set(name, statement);
    // Names are unique in a policy, and a role of the user's may serve several of these.
    if (!this.ownsRole) statement.sid = undefined;
    this.role.addToPrincipalPolicy(statement);
  }

  private ownRole(): Role {
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: 'What purgeplan may do: read the commits, purge the distribution',
    });
  }

  private refuse(faults: readonly string[]): void {
    if (faults.length > 0) throw new Error(`${this.node.path}: ${faults.join('\n')}`);
  }

  private remarkUnused(): string[] {
    if (!this.answers) {
      const message =
        'nothing calls the function: add a `PurgeAction` to the stage that deploys, or choose another trigger';
      Annotations.of(this).addWarningV2('purgeplan:no-action', message);
    }
    return [];
  }
}

/** Whether a policy has the function list the bucket, which it must name for that; one of the repository may. */
function lists(policy: PolicyFields | undefined): boolean {
  return !policy || (policy.bucket !== undefined && policy.list_bucket !== false);
}
