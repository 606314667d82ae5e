import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaults, functionTable, pascalCase } from '../lib/function-table';
import { list, Resource, resources, synthesise } from './stacks';

const production = synthesise({ stage: 'production' });
const local = synthesise({ stage: 'local', opensearchEndpoint: 'http://127.0.0.1:9200/', mapConcurrency: '3' });

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Principal?: unknown;
}

function roleStatements(template = production.app): Statement[] {
  return resources(template, 'AWS::IAM::Policy').flatMap(
    ([, policy]) => policy.Properties.PolicyDocument.Statement as Statement[],
  );
}

test('no role is granted an action or a resource by a lone wildcard', () => {
  const statements = roleStatements();
  assert.ok(statements.length > 30);
  for (const statement of statements) {
    for (const action of list(statement.Action)) assert.ok(!action.includes('*'), action);
    for (const resource of list(statement.Resource)) {
      assert.notEqual(resource, '*', JSON.stringify(statement));
      assert.ok(typeof resource !== 'string' || !resource.endsWith(':::*'), JSON.stringify(statement));
    }
  }
});

test('roles have no managed policies', () => {
  for (const [id, role] of resources(production.app, 'AWS::IAM::Role')) {
    assert.deepEqual(list(role.Properties.ManagedPolicyArns), [], id);
  }
});

test('each function has the settings of functions.json and a role of its own', () => {
  const made = resources(production.app, 'AWS::Lambda::Function');
  assert.equal(made.length, Object.keys(functionTable).length);
  assert.equal(new Set(made.map(([, one]) => JSON.stringify(one.Properties.Role))).size, made.length);
  for (const [name, entry] of Object.entries(functionTable)) {
    const [, one] = made.find(([id]) => id.startsWith(`Functions${pascalCase(name)}Function`))!;
    assert.equal(one.Properties.MemorySize, entry.memoryMb, name);
    assert.equal(one.Properties.Timeout, entry.timeoutSeconds, name);
    assert.deepEqual(one.Properties.Architectures, ['arm64'], name);
    const variables = Object.keys(one.Properties.Environment.Variables);
    assert.deepEqual(variables.sort(), [...Object.keys(entry.env), ...Object.keys(defaults.env)].sort(), name);
  }
});

test('only the functions that say so may read import sources', () => {
  const of = (importSources: string) => JSON.stringify(roleStatements(synthesise({ importSources }).app));
  assert.ok(!of('').includes(':s3:::archive'));
  const granted = of('archive/{workspace}/,films');
  assert.ok(granted.includes(':s3:::archive/*/*'));
  assert.ok(granted.includes(':s3:::films/*'));
});

test('what is opened can be recorded only where the setting says so, only there, and expires', () => {
  const { data, app } = synthesise({ recordFeedback: 'true' });
  const writes = (template: typeof app) =>
    roleStatements(template).filter((statement) => JSON.stringify(statement.Resource).includes('feedback/'));
  assert.deepEqual(writes(production.app), []);
  const granted = writes(app);
  assert.equal(granted.length, 1);
  assert.deepEqual(list(granted[0].Action), ['s3:PutObject']);
  assert.ok(JSON.stringify(granted[0].Resource).endsWith('"/feedback/*"]]}'));
  const told = resources(app, 'AWS::Lambda::Function').filter(
    ([, one]) => one.Properties.Environment.Variables.VINDEX_RECORD_FEEDBACK === 'true',
  );
  assert.deepEqual(told.map(([id]) => id.replace(/Function.{8}$/, '')).sort(), ['FunctionsApi', 'FunctionsSearch']);
  const rules = resources(data, 'AWS::S3::Bucket').flatMap(([, one]) => one.Properties.LifecycleConfiguration.Rules);
  const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays);
  assert.deepEqual(expiring, [{ ExpirationInDays: 90, Prefix: 'feedback/', Status: 'Enabled' }]);
});

test('an OpenSearch that is given is not made, and is granted only where its ARN is known', () => {
  assert.equal(resources(local.data, 'AWS::OpenSearchService::Domain').length, 0);
  const uses = (statements: Statement[]) => statements.filter(({ Action }) => list(Action)[0].startsWith('es:'));
  assert.equal(uses(roleStatements(local.app)).length, 0);
  assert.ok(uses(roleStatements(production.app)).length >= 6);
});

test('data is encrypted, versioned and closed to the public', () => {
  const buckets = resources(production.data, 'AWS::S3::Bucket');
  assert.equal(buckets.length, 3);
  for (const [id, { Properties: bucket }] of buckets) {
    assert.ok(bucket.BucketEncryption, id);
    assert.equal(bucket.VersioningConfiguration.Status, 'Enabled', id);
    assert.ok(Object.values(bucket.PublicAccessBlockConfiguration).every((blocked) => blocked === true), id);
    const [rule] = bucket.LifecycleConfiguration.Rules;
    assert.ok(rule.AbortIncompleteMultipartUpload && rule.NoncurrentVersionExpiration, id);
    // The page's own files are read by the page alone.
    if (!id.startsWith('Page')) assert.deepEqual(bucket.CorsConfiguration.CorsRules[0].ExposedHeaders, ['ETag'], id);
  }
  const [[, { Properties: table }]] = resources(production.data, 'AWS::DynamoDB::Table');
  assert.equal(table.SSESpecification.SSEEnabled, true);
  assert.equal(table.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, true);
  const [[, { Properties: domain }]] = resources(production.data, 'AWS::OpenSearchService::Domain');
  assert.equal(domain.EngineVersion, 'OpenSearch_3.5');
  assert.equal(domain.EncryptionAtRestOptions.Enabled, true);
  assert.equal(domain.NodeToNodeEncryptionOptions.Enabled, true);
  assert.equal(domain.DomainEndpointOptions.EnforceHTTPS, true);
});

test('buckets and queues refuse requests without TLS', () => {
  for (const [type, names] of [['AWS::S3::BucketPolicy', 3], ['AWS::SQS::QueuePolicy', 2]] as const) {
    const policies = resources(production.data, type);
    assert.equal(policies.length, names);
    for (const [id, policy] of policies) {
      const denied = policy.Properties.PolicyDocument.Statement.filter(({ Effect }: Statement) => Effect === 'Deny');
      assert.ok(JSON.stringify(denied).includes('aws:SecureTransport'), id);
    }
  }
});

const stateful = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::OpenSearchService::Domain', 'AWS::Cognito::UserPool'];

test('production keeps its data when a stack is deleted, and the app stack holds none', () => {
  for (const type of stateful) {
    const made = resources(production.data, type);
    assert.ok(made.length > 0, type);
    for (const [id, resource] of made) assert.equal(resource.DeletionPolicy, 'Retain', id);
    assert.equal(resources(production.app, type).length, 0, type);
  }
  for (const [id, bucket] of resources(local.data, 'AWS::S3::Bucket')) {
    assert.equal(bucket.DeletionPolicy, 'Delete', id);
  }
});

test('nothing has a fixed physical name, and nothing is a custom resource', () => {
  const names = ['BucketName', 'TableName', 'QueueName', 'FunctionName', 'RoleName', 'StateMachineName', 'LogGroupName'];
  for (const template of [production.data, production.app]) {
    const all = Object.entries(template.toJSON().Resources as Record<string, Resource>);
    for (const [id, { Type, Properties }] of all) {
      assert.ok(!Type.startsWith('Custom::') && !Type.includes('CustomResource'), id);
      // A permission or a mapping names a function that exists; that is no name of its own.
      if (!/::(Function|Bucket|Table|Queue|Role|StateMachine|LogGroup)$/.test(Type)) continue;
      for (const name of names) assert.equal(Properties?.[name], undefined, `${id}: ${name}`);
    }
  }
});

test('uploads and the inbox tell the queue, which has a dead-letter queue', () => {
  const media = resources(production.data, 'AWS::S3::Bucket').find(([, one]) => one.Properties.NotificationConfiguration);
  const filters = media![1].Properties.NotificationConfiguration.QueueConfigurations.map((one: any) =>
    one.Filter.S3Key.Rules.map(({ Value }: { Value: string }) => Value).join('*'),
  );
  assert.deepEqual(filters, ['uploads/*/source', 'inbox/']);
  const queues = resources(production.data, 'AWS::SQS::Queue');
  const first = queues.filter(([, queue]) => queue.Properties.RedrivePolicy);
  assert.equal(first.length, 1);
  assert.equal(first[0][1].Properties.VisibilityTimeout, 6 * functionTable['ingest-upload'].timeoutSeconds);
  const [[, mapping]] = resources(production.app, 'AWS::Lambda::EventSourceMapping');
  assert.deepEqual(mapping.Properties.FunctionResponseTypes, ['ReportBatchItemFailures']);
});

test('every route but /health asks for a token', () => {
  const routes = resources(production.app, 'AWS::ApiGatewayV2::Route').map(([, route]) => route.Properties);
  const expected = Object.values(functionTable).flatMap((entry) => entry.routes ?? []);
  assert.deepEqual(
    routes.map(({ RouteKey }) => RouteKey).sort(),
    expected.map(({ method, path }) => `${method} ${path}`).sort(),
  );
  const open = routes.filter((route) => route.AuthorizationType !== 'JWT' || !route.AuthorizerId);
  assert.deepEqual(open.map(({ RouteKey }) => RouteKey), ['GET /health']);
});

test('tokens come from the pool, or from the issuer that is given', () => {
  const authorizer = (template = production.app) => resources(template, 'AWS::ApiGatewayV2::Authorizer')[0][1].Properties;
  assert.ok(JSON.stringify(authorizer().JwtConfiguration.Issuer).includes('https://cognito-idp.'));
  const given = synthesise({ issuer: 'https://id.example.com/', audience: 'vindex' });
  assert.deepEqual(authorizer(given.app).JwtConfiguration, { Audience: ['vindex'], Issuer: 'https://id.example.com/' });
  assert.equal(resources(given.data, 'AWS::Cognito::UserPool').length, 0);
});

test('a user reads the own workspace and cannot write it', () => {
  const clients = resources(production.data, 'AWS::Cognito::UserPoolClient');
  assert.equal(clients.length, 2);
  for (const [id, client] of clients) {
    assert.ok(client.Properties.ReadAttributes.includes('custom:workspace'), id);
    assert.deepEqual(client.Properties.WriteAttributes, ['email'], id);
  }
  const [[, pool]] = resources(production.data, 'AWS::Cognito::UserPool');
  assert.equal(pool.Properties.AdminCreateUserConfig.AllowAdminCreateUserOnly, true);
});

test('operators are a group of the pool', () => {
  const [[, group]] = resources(production.data, 'AWS::Cognito::UserPoolGroup');
  assert.equal(group.Properties.GroupName, 'operators');
});

test('the page is read through CloudFront alone, which adds what keeps it out of frames', () => {
  const policies = resources(production.data, 'AWS::S3::BucketPolicy').filter(([id]) => id.startsWith('Page'));
  const allowed = policies.flatMap(([, policy]) =>
    policy.Properties.PolicyDocument.Statement.filter(({ Effect }: Statement) => Effect === 'Allow'),
  );
  assert.equal(allowed.length, 1);
  assert.deepEqual(allowed[0].Principal, { Service: 'cloudfront.amazonaws.com' });
  assert.equal(allowed[0].Action, 's3:GetObject');
  assert.ok(allowed[0].Condition.StringEquals['AWS:SourceArn']);
  const [[, headers]] = resources(production.data, 'AWS::CloudFront::ResponseHeadersPolicy');
  const { SecurityHeadersConfig } = headers.Properties.ResponseHeadersPolicyConfig;
  assert.equal(SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy, "frame-ancestors 'none'");
  const served = synthesise({ opensearchEndpoint: 'http://127.0.0.1:9200', pageOrigin: 'http://127.0.0.1:4566/' });
  assert.equal(resources(served.data, 'AWS::CloudFront::Distribution').length, 0);
  const [url] = Object.values(served.data.findOutputs('PageUrl'));
  assert.match(JSON.stringify(url.Value), /http:\/\/127\.0\.0\.1:4566\/.*index\.html/);
});

test('the page is a public client that gets codes and no passwords, and the API takes its tokens', () => {
  const [id, client] = resources(production.data, 'AWS::Cognito::UserPoolClient').find(([name]) => name.startsWith('Page'))!;
  assert.deepEqual(client.Properties.AllowedOAuthFlows, ['code']);
  assert.deepEqual(client.Properties.ExplicitAuthFlows, ['ALLOW_REFRESH_TOKEN_AUTH']);
  assert.equal(client.Properties.GenerateSecret, false);
  const [[, authorizer]] = resources(production.app, 'AWS::ApiGatewayV2::Authorizer');
  assert.equal(authorizer.Properties.JwtConfiguration.Audience.length, 2);
  assert.ok(JSON.stringify(authorizer.Properties.JwtConfiguration.Audience).includes(id));
});

test('what no Catch sees reaches record-failure, and what that fails at is kept', () => {
  const [[, rule]] = resources(production.app, 'AWS::Events::Rule');
  assert.deepEqual(rule.Properties.EventPattern.detail.status, ['FAILED', 'TIMED_OUT', 'ABORTED']);
  const [target] = rule.Properties.Targets;
  assert.ok(JSON.stringify(target.Arn).includes('RecordFailure'));
  assert.ok(target.DeadLetterConfig.Arn);
  const [[, invocation]] = resources(production.app, 'AWS::Lambda::EventInvokeConfig');
  assert.ok(invocation.Properties.DestinationConfig.OnFailure.Destination);
});

test('alarms watch dead letters, executions and functions, and name the runbook', () => {
  const alarms = resources(production.app, 'AWS::CloudWatch::Alarm').map(([, alarm]) => alarm.Properties);
  const count = (metric: string) => alarms.filter(({ MetricName }) => MetricName === metric).length;
  assert.equal(count('ApproximateNumberOfMessagesVisible'), 2);
  assert.equal(count('ExecutionsFailed'), 3);
  assert.equal(count('ExecutionsTimedOut'), 3);
  assert.equal(count('Errors'), Object.keys(functionTable).length);
  for (const { AlarmDescription } of alarms) assert.match(AlarmDescription, /docs\/runbook\.md#[a-z-]+$/);
});

test('every placeholder of a definition is supplied, and nothing else is', () => {
  const machines = resources(local.app, 'AWS::StepFunctions::StateMachine');
  assert.equal(machines.length, 3);
  for (const [id, { Properties: machine }] of machines) {
    const placeholders = [...machine.DefinitionString.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    const supplied = Object.keys(machine.DefinitionSubstitutions);
    assert.deepEqual([...new Set(placeholders)].sort(), supplied.sort(), id);
    assert.equal(machine.StateMachineType, 'STANDARD', id);
  }
  const all = JSON.stringify(machines);
  assert.ok(all.includes('"MapConcurrency":"3"'));
});

test('settings that make no sense are refused by name', () => {
  for (const [context, message] of [
    [{ mapConcurrency: '41' }, /mapConcurrency must be a whole number from 1 to 40, not 41/],
    [{ architecture: 'mips' }, /architecture must be arm64 or x86_64/],
    [{ issuer: 'https://id.example.com/' }, /issuer and audience/],
    [{ stage: 'Prod!' }, /stage must be/],
    [{ recordFeedback: 'yes' }, /recordFeedback must be true or false, not yes/],
    [{ importSources: '/x' }, /importSources names no bucket/],
  ] as const) {
    assert.throws(() => synthesise(context as Record<string, string>), message);
  }
});
