import { CfnOutput, Lazy, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DataStack } from './data-stack';
import { FailureRules } from './failure-rules';
import { Functions } from './functions';
import { HttpApi } from './http-api';
import { Monitoring } from './monitoring';
import { Settings } from './settings';
import { MachineReference, Symbols } from './symbols';
import { Workflow } from './workflow';

/** Everything that holds no state: it can be deleted and deployed again. */
export class AppStack extends Stack {
  constructor(scope: Construct, id: string, data: DataStack, settings: Settings, props?: StackProps) {
    super(scope, id, props);
    // Functions name the workflows that call other functions, so each side is resolved when both exist.
    const workflows: Record<string, Workflow> = {};
    const reference = (name: string): MachineReference => ({
      arn: Lazy.string({ produce: () => workflows[name].machine.stateMachineArn }),
      executions: Lazy.string({ produce: () => workflows[name].executions }),
    });
    const names = ['index-video', 'delete-video', 'reindex'];
    const machines = Object.fromEntries(names.map((name) => [name, reference(name)]));
    const symbols = new Symbols(this, data, settings, machines);
    const functions = new Functions(this, 'Functions', {
      settings,
      symbols,
      queues: { 'uploads.queue': data.storage.uploads },
    }).byName;
    const concurrency = { MapConcurrency: String(settings.mapConcurrency) };
    workflows['index-video'] = new Workflow(this, 'IndexVideo', {
      file: 'index-video',
      functions,
      settings: concurrency,
      eventSource: 'vindex',
    });
    workflows['delete-video'] = new Workflow(this, 'DeleteVideo', { file: 'delete-video', functions, settings: {} });
    workflows['reindex'] = new Workflow(this, 'Reindex', { file: 'reindex', functions, settings: concurrency });
    const rules = new FailureRules(this, 'FailureRules', functions, symbols);
    const { api } = new HttpApi(this, 'Http', {
      functions,
      tokens: settings.tokens
        ? { issuer: settings.tokens.issuer, audiences: [settings.tokens.audience] }
        : poolTokens(data),
      allowedOrigins: settings.allowedOrigins,
    });
    new Monitoring(this, 'Monitoring', {
      deadLetterQueues: { 'upload-dead-letters': data.storage.deadLetters, 'failure-dead-letters': rules.deadLetters },
      machines: Object.fromEntries(Object.entries(workflows).map(([name, { machine }]) => [name, machine])),
      functions,
      topicArn: settings.alarmTopicArn,
    });
    new CfnOutput(this, 'ApiId', { value: api.apiId });
    new CfnOutput(this, 'ApiUrl', { value: api.apiEndpoint });
    new CfnOutput(this, 'StateMachineArn', { value: workflows['index-video'].machine.stateMachineArn });
    new CfnOutput(this, 'DeleteStateMachineArn', { value: workflows['delete-video'].machine.stateMachineArn });
    new CfnOutput(this, 'PrepareIndexFunctionName', { value: functions['prepare-index'].functionName });
  }
}

function poolTokens(data: DataStack): { issuer: string; audiences: string[] } {
  if (!data.signIn || !data.page.client) throw new Error('without issuer and audience the data stack makes a user pool');
  const clients = [data.signIn.client, data.page.client];
  return { issuer: data.signIn.issuer, audiences: clients.map(({ userPoolClientId }) => userPoolClientId) };
}
