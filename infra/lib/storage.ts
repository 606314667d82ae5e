import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Where moments that were opened are kept in the derived bucket, as `contracts::keys` has it. */
export const FEEDBACK_PREFIX = 'feedback/';
const FEEDBACK_KEPT = Duration.days(90);

/** What {@link Storage} needs. */
export interface StorageProps {
  removalPolicy: RemovalPolicy;
  allowedOrigins: string[];
  /** How long ingest-upload may hold a message, in seconds. */
  ingestTimeoutSeconds: number;
}

/** Both buckets, and the queue that tells of what arrives in the first. */
export class Storage extends Construct {
  readonly media: s3.Bucket;
  readonly derived: s3.Bucket;
  readonly uploads: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, props: StorageProps) {
    super(scope, id);
    this.deadLetters = new sqs.Queue(this, 'UploadDeadLetters', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      removalPolicy: props.removalPolicy,
    });
    this.uploads = new sqs.Queue(this, 'Uploads', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      // Six times the function's timeout, as Lambda asks for: a batch that is throttled is not delivered twice.
      visibilityTimeout: Duration.seconds(6 * props.ingestTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
      removalPolicy: props.removalPolicy,
    });
    this.media = this.bucket('Media', props, Duration.days(30));
    this.derived = this.bucket('Derived', props, Duration.days(7));
    this.derived.addLifecycleRule({ prefix: FEEDBACK_PREFIX, expiration: FEEDBACK_KEPT });
    this.notify();
  }

  private bucket(id: string, props: StorageProps, oldVersionsKept: Duration): s3.Bucket {
    return new s3.Bucket(this, id, {
      versioned: true,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: props.removalPolicy,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          noncurrentVersionExpiration: oldVersionsKept,
          expiredObjectDeleteMarker: true,
        },
      ],
      cors: [
        {
          allowedMethods: [s3.HttpMethods.GET, s3.HttpMethods.HEAD, s3.HttpMethods.PUT],
          allowedOrigins: props.allowedOrigins,
          allowedHeaders: ['*'],
          // A browser that uploads in parts must read each part's tag.
          exposedHeaders: ['ETag'],
          maxAge: 3600,
        },
      ],
    });
  }

  /** Set on the bucket itself: CDK's own method would add a custom resource. */
  private notify(): void {
    const stack = Stack.of(this);
    const policy = new sqs.QueuePolicy(this, 'UploadsFromS3', { queues: [this.uploads] });
    policy.document.addStatements(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.uploads.queueArn],
        // The bucket waits for this policy, so the policy cannot name the bucket; the account is enough.
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['sqs:*'],
        resources: [this.uploads.queueArn],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    const bucket = this.media.node.defaultChild as s3.CfnBucket;
    const on = (...rules: s3.CfnBucket.FilterRuleProperty[]) => ({
      event: 's3:ObjectCreated:*',
      queue: this.uploads.queueArn,
      filter: { s3Key: { rules } },
    });
    bucket.notificationConfiguration = {
      queueConfigurations: [
        on({ name: 'prefix', value: 'uploads/' }, { name: 'suffix', value: '/source' }),
        on({ name: 'prefix', value: 'inbox/' }),
      ],
    };
    bucket.node.addDependency(policy);
  }
}
