import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import * as path from 'node:path';
import { defaults, FunctionSettings, functionTable, pascalCase } from './function-table';
import { Settings } from './settings';
import { Symbols } from './symbols';

/** What {@link Functions} needs. */
export interface FunctionsProps {
  settings: Settings;
  symbols: Symbols;
  /** Queues that functions.json may name in a trigger. */
  queues: Record<string, sqs.IQueue>;
}

/** Every function of functions.json, each with a role of its own that allows what its entry lists. */
export class Functions extends Construct {
  readonly byName: Record<string, lambda.Function> = {};
  private readonly layers = new Map<string, lambda.LayerVersion>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: FunctionsProps,
  ) {
    super(scope, id);
    for (const [name, entry] of Object.entries(functionTable)) {
      const made = this.function(name, entry);
      this.byName[name] = made;
      this.trigger(made, entry);
    }
  }

  private function(name: string, entry: FunctionSettings): lambda.Function {
    const { settings, symbols } = this.props;
    const scope = new Construct(this, pascalCase(name));
    const logGroup = new logs.LogGroup(scope, 'Logs', {
      retention: defaults.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const environment = { ...defaults.env, ...entry.env };
    return new lambda.Function(scope, 'Function', {
      description: entry.description,
      runtime: new lambda.Runtime(defaults.runtime),
      handler: defaults.handler,
      architecture: settings.architecture === 'arm64' ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
      code: lambda.Code.fromAsset(path.join(settings.functionsDir, name)),
      role: this.role(scope, entry, logGroup),
      memorySize: entry.memoryMb,
      timeout: Duration.seconds(entry.timeoutSeconds),
      ephemeralStorageSize: Size.mebibytes(entry.ephemeralMb),
      layers: settings.layersDir ? entry.layers.map((layer) => this.layer(layer)) : [],
      environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, symbols.value(value)])),
      loggingFormat: lambda.LoggingFormat.JSON,
      logGroup,
    });
  }

  private role(scope: Construct, entry: FunctionSettings, logGroup: logs.LogGroup): iam.Role {
    const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    for (const { actions, on } of entry.permissions) {
      const resources = this.props.symbols.all(on);
      if (resources.length > 0) role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
    }
    return role;
  }

  private layer(name: string): lambda.LayerVersion {
    const { settings } = this.props;
    const known = this.layers.get(name);
    if (known) return known;
    const made = new lambda.LayerVersion(this, `Layer${pascalCase(name)}`, {
      code: lambda.Code.fromAsset(path.join(settings.layersDir ?? '', name)),
      compatibleRuntimes: [new lambda.Runtime(defaults.runtime)],
    });
    this.layers.set(name, made);
    return made;
  }

  private trigger(made: lambda.Function, entry: FunctionSettings): void {
    const trigger = entry.queueTrigger;
    if (!trigger) return;
    const queue = this.props.queues[trigger.queue];
    if (!queue) throw new Error(`functions.json names the unknown queue ${trigger.queue}`);
    // The mapping alone: addEventSource would also grant, and functions.json lists the permissions already.
    new lambda.EventSourceMapping(made, 'Queue', {
      target: made,
      eventSourceArn: queue.queueArn,
      batchSize: trigger.batchSize,
      maxConcurrency: trigger.maxConcurrency,
      reportBatchItemFailures: trigger.partialBatchResponses,
    });
  }
}
