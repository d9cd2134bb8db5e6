// Metrics, alarms and the dashboard. The function writes its metrics into its log, see host-lambda/src/metrics.rs.
import { Duration, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  Color,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  LogQueryWidget,
  Metric,
  type MetricOptions,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

const NAMESPACE = 'purgeplan';
const FIVE_MINUTES = Duration.minutes(5);

/** What is watched. */
export interface Watched {
  readonly lambdaFunction: LambdaFunction;
  readonly deadLetterQueue: IQueue;
  readonly logGroup: ILogGroup;
  /** The metrics' dimension. */
  readonly site: string;
}

/** What wants an alarm. */
export interface AlarmOptions {
  readonly topic?: ITopic;
  readonly throttles: boolean;
  /** Whether the events come from a queue: a batch whose purge failed is no failed invocation. */
  readonly fromQueue: boolean;
  readonly billedPaths?: number;
}

/** One of the function's own metrics; a sum over five minutes unless `options` say otherwise. */
export function siteMetric(site: string, metricName: string, options: MetricOptions = {}): Metric {
  const dimensionsMap = { Site: site };
  return new Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap,
    statistic: 'Sum',
    period: FIVE_MINUTES,
    ...options,
  });
}

/** The alarms; each tells the topic. */
export function addAlarms(scope: Construct, watched: Watched, options: AlarmOptions): Alarm[] {
  const sum = { statistic: 'Sum', period: FIVE_MINUTES };
  const { lambdaFunction, deadLetterQueue, site } = watched;
  const length = deadLetterQueue.metricApproximateNumberOfMessagesVisible({
    statistic: 'Maximum',
    period: FIVE_MINUTES,
  });
  const alarms = [
    above(
      scope,
      'DeadLettersAlarm',
      length,
      0,
      'Events of deploys failed in every try: see the runbook, "The dead-letter queue"',
    ),
    above(scope, 'ErrorsAlarm', lambdaFunction.metricErrors(sum), 0, 'Invocations failed; Lambda tries them again'),
    above(
      scope,
      'FailuresAlarm',
      siteMetric(site, 'Failures'),
      0,
      'A purge failed; the `failed` line of the log says why',
    ),
  ];
  if (options.throttles) {
    alarms.push(
      above(scope, 'ThrottlesAlarm', lambdaFunction.metricThrottles(sum), 0, 'Invocations waited for a free instance'),
    );
  }
  if (options.fromQueue) {
    alarms.push(
      above(
        scope,
        'HandedBackAlarm',
        siteMetric(site, 'HandedBack'),
        0,
        'Events of the queue could not be purged and come again; the `failed` line of the log says why',
      ),
    );
  }
  if (options.billedPaths !== undefined) {
    const daily = siteMetric(site, 'BilledPaths', { period: Duration.days(1) });
    alarms.push(
      above(scope, 'BilledPathsAlarm', daily, options.billedPaths, 'More invalidation paths in a day than wanted'),
    );
  }
  if (options.topic) for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(options.topic));
  return alarms;
}

function above(scope: Construct, id: string, metric: Metric, threshold: number, alarmDescription: string): Alarm {
  return new Alarm(scope, id, {
    metric,
    threshold,
    alarmDescription,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

/** A dashboard of what is purged, what it costs, and what goes wrong. */
export function addDashboard(scope: Construct, watched: Watched): Dashboard {
  const { lambdaFunction, deadLetterQueue, logGroup, site } = watched;
  const graph = (title: string, left: Metric[]) => new GraphWidget({ title, left, width: 8 });
  const metrics = (...names: string[]) => names.map((name) => siteMetric(site, name));
  const failed = siteMetric(site, 'Failures', { color: Color.RED });
  const dashboard = new Dashboard(scope, 'Dashboard');
  dashboard.addWidgets(
    graph('Invalidation paths', metrics('BilledPaths', 'Wildcards', 'Invalidations')),
    graph('Planned', metrics('PlannedChanges', 'OverPurged', 'Warnings')),
    graph('Failures', [
      failed,
      ...metrics('HandedBack', 'Retries'),
      lambdaFunction.metricErrors(),
      lambdaFunction.metricThrottles(),
    ]),
  );
  dashboard.addWidgets(
    graph('Duration', [lambdaFunction.metricDuration(), siteMetric(site, 'Duration', { statistic: 'Maximum' })]),
    graph('AWS calls', metrics('AwsCalls')),
    graph('Dead letters', [deadLetterQueue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' })]),
  );
  dashboard.addWidgets(
    new LogQueryWidget({
      title: 'What went wrong',
      logGroupNames: [logGroup.logGroupName],
      region: Stack.of(scope).region,
      width: 24,
      queryLines: [
        'fields @timestamp, message, code, error, help, execution, head',
        'filter message in ["failed", "not started", "message failed", "base", "done without"]',
        'sort @timestamp desc',
      ],
    }),
  );
  return dashboard;
}
