import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';

/** The table of videos and tasks. */
export class Catalog extends Construct {
  readonly table: dynamodb.Table;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy }) {
    super(scope, id);
    const { STRING } = dynamodb.AttributeType;
    this.table = new dynamodb.Table(this, 'Videos', {
      partitionKey: { name: 'pk', type: STRING },
      sortKey: { name: 'sk', type: STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: props.removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy: props.removalPolicy,
    });
    // Lists a tenant's videos, the newest first. Only videos carry `created_at`, so tasks are not in it.
    this.table.addGlobalSecondaryIndex({
      indexName: 'created',
      partitionKey: { name: 'pk', type: STRING },
      sortKey: { name: 'created_at', type: STRING },
      projectionType: dynamodb.ProjectionType.ALL,
    });
  }
}
