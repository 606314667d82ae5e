import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { pascalCase } from './function-table';

/** What {@link Monitoring} watches. */
export interface MonitoringProps {
  deadLetterQueues: Record<string, sqs.IQueue>;
  machines: Record<string, sfn.IStateMachine>;
  functions: Record<string, lambda.IFunction>;
  /** SNS topic that every alarm notifies; absent: alarms only change their state. */
  topicArn?: string;
}

/** Every alarm of vindex. Each names the section of docs/runbook.md that says what to do. */
export class Monitoring extends Construct {
  private readonly action?: SnsAction;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    if (props.topicArn) this.action = new SnsAction(sns.Topic.fromTopicArn(this, 'Topic', props.topicArn));
    for (const [name, queue] of Object.entries(props.deadLetterQueues)) {
      const metric = queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' });
      this.alarm(`${pascalCase(name)}NotEmpty`, metric, 'dead-letters', `messages wait in the dead-letter queue ${name}`);
    }
    for (const [name, machine] of Object.entries(props.machines)) {
      const options = { period: Duration.minutes(5), statistic: 'Sum' };
      const outcomes = { Failed: machine.metricFailed(options), TimedOut: machine.metricTimedOut(options) };
      for (const [outcome, metric] of Object.entries(outcomes)) {
        this.alarm(`${pascalCase(name)}${outcome}`, metric, 'failed-executions', `executions of ${name} fail`);
      }
    }
    for (const [name, watched] of Object.entries(props.functions)) {
      const metric = watched.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' });
      this.alarm(`${pascalCase(name)}Errors`, metric, 'function-errors', `${name} fails`, 5);
    }
  }

  private alarm(id: string, metric: cloudwatch.Metric, section: string, what: string, threshold = 1): void {
    const alarm = new cloudwatch.Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      alarmDescription: `vindex: ${what}; see docs/runbook.md#${section}`,
    });
    if (this.action) alarm.addAlarmAction(this.action);
  }
}
