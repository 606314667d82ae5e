import { CfnOutput, RemovalPolicy, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Catalog } from './catalog';
import { settingsOf } from './function-table';
import { Page } from './page';
import { SearchDomain } from './search-domain';
import { Settings } from './settings';
import { SignIn } from './sign-in';
import { Storage } from './storage';

/** Everything that holds state. */
export class DataStack extends Stack {
  readonly storage: Storage;
  readonly catalog: Catalog;
  readonly signIn?: SignIn;
  readonly page: Page;
  /** Base URL of OpenSearch, without a path. */
  readonly searchUrl: string;
  /** ARN of the domain; absent where the endpoint asks for no IAM permission. */
  readonly searchDomainArn?: string;

  constructor(scope: Construct, id: string, settings: Settings, props?: StackProps) {
    super(scope, id, props);
    const removalPolicy = settings.stage === 'production' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
    this.storage = new Storage(this, 'Storage', {
      removalPolicy,
      allowedOrigins: settings.allowedOrigins,
      ingestTimeoutSeconds: settingsOf('ingest-upload').timeoutSeconds,
    });
    this.catalog = new Catalog(this, 'Catalog', { removalPolicy });
    if (settings.opensearchEndpoint) {
      this.searchUrl = settings.opensearchEndpoint;
      this.searchDomainArn = settings.opensearchDomainArn;
    } else {
      const dataNodes = settings.indexReplicas + 1;
      const { domain } = new SearchDomain(this, 'Search', { removalPolicy, dataNodes });
      this.searchUrl = `https://${domain.domainEndpoint}`;
      this.searchDomainArn = domain.domainArn;
    }
    if (!settings.tokens) this.signIn = new SignIn(this, 'SignIn', { removalPolicy, stage: settings.stage });
    this.page = new Page(this, 'Page', { removalPolicy, pool: this.signIn?.pool, origin: settings.pageOrigin });
    this.outputs();
  }

  private outputs(): void {
    new CfnOutput(this, 'MediaBucket', { value: this.storage.media.bucketName });
    new CfnOutput(this, 'DerivedBucket', { value: this.storage.derived.bucketName });
    new CfnOutput(this, 'UploadQueueUrl', { value: this.storage.uploads.queueUrl });
    new CfnOutput(this, 'TableName', { value: this.catalog.table.tableName });
    new CfnOutput(this, 'PageBucket', { value: this.page.bucket.bucketName });
    new CfnOutput(this, 'PageUrl', { value: this.page.url });
    if (this.page.client) new CfnOutput(this, 'PageClientId', { value: this.page.client.userPoolClientId });
    if (this.signIn) {
      new CfnOutput(this, 'Issuer', { value: this.signIn.issuer });
      new CfnOutput(this, 'UserPoolId', { value: this.signIn.pool.userPoolId });
      new CfnOutput(this, 'UserPoolClientId', { value: this.signIn.client.userPoolClientId });
    }
  }
}
