import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { functionTable, pascalCase } from './function-table';
import { Symbols } from './symbols';

/**
 * Calls a function when an execution ends in a way that no Catch of its definition sees: a time-out or an
 * abort of the whole, or a fault of the definition.
 */
export class FailureRules extends Construct {
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, functions: Record<string, lambda.Function>, symbols: Symbols) {
    super(scope, id);
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    for (const [name, entry] of Object.entries(functionTable)) {
      if (!entry.statusRule) continue;
      const { machine, statuses } = entry.statusRule;
      new events.Rule(this, pascalCase(name), {
        eventPattern: {
          source: ['aws.states'],
          detailType: ['Step Functions Execution Status Change'],
          detail: { stateMachineArn: symbols.all([machine]), status: statuses },
        },
        targets: [
          new LambdaFunction(functions[name], {
            deadLetterQueue: this.deadLetters,
            retryAttempts: 20,
            maxEventAge: Duration.hours(2),
          }),
        ],
      });
      // The rule hands over asynchronously: what the function itself fails at goes to the same queue.
      functions[name].configureAsyncInvoke({ retryAttempts: 2, onFailure: new SqsDestination(this.deadLetters) });
    }
  }
}
