import { ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { pascalCase } from './function-table';

/** What {@link Workflow} needs. */
export interface WorkflowProps {
  /** Name of its file in `statemachine/`, without `.asl.json`. */
  file: string;
  functions: Record<string, lambda.IFunction>;
  /** Values of the placeholders that are no function's ARN. */
  settings: Record<string, string>;
  /** `source` of the events that the workflow puts on the default bus; absent: it puts none. */
  eventSource?: string;
}

/** A Standard state machine whose definition is a file of `statemachine/`, with its placeholders supplied. */
export class Workflow extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const file = path.join(__dirname, '../../statemachine', `${props.file}.asl.json`);
    // Parsed and written again: a fault in the JSON is found here, and white space does not count as a change.
    const definition = JSON.stringify(JSON.parse(readFileSync(file, 'utf8')));
    const called = calledFunctions(definition, props.functions);
    const role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [...called.values()].map((target) => target.functionArn),
      }),
    );
    if (props.eventSource) role.addToPolicy(putEvents(this, props.eventSource));
    this.machine = new sfn.StateMachine(this, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromString(definition),
      definitionSubstitutions: {
        ...props.settings,
        ...Object.fromEntries([...called].map(([placeholder, target]) => [placeholder, target.functionArn])),
      },
      stateMachineType: sfn.StateMachineType.STANDARD,
      role,
    });
  }

  /** Pattern of the ARNs of its executions. */
  get executions(): string {
    return Stack.of(this).formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${Fn.select(6, Fn.split(':', this.machine.stateMachineArn))}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}

/** The functions that a definition names by a placeholder like `${ProbeMediaFunctionArn}`. */
function calledFunctions(definition: string, functions: Record<string, lambda.IFunction>): Map<string, lambda.IFunction> {
  const byPlaceholder = new Map(
    Object.entries(functions).map(([name, made]) => [`${pascalCase(name)}FunctionArn`, made]),
  );
  const called = new Map<string, lambda.IFunction>();
  for (const [, placeholder] of definition.matchAll(/\$\{(\w+FunctionArn)\}/g)) {
    const made = byPlaceholder.get(placeholder);
    if (!made) throw new Error(`no function stands behind the placeholder ${placeholder}`);
    called.set(placeholder, made);
  }
  return called;
}

function putEvents(scope: Construct, source: string): iam.PolicyStatement {
  const bus = Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' });
  return new iam.PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [bus],
    conditions: { StringEquals: { 'events:source': source } },
  });
}
