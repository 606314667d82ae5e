import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

/** Who may call the API: a user pool whose users belong to a workspace. */
export class SignIn extends Construct {
  readonly pool: cognito.UserPool;
  readonly client: cognito.UserPoolClient;
  /** Issuer of the pool's tokens. */
  readonly issuer: string;

  constructor(scope: Construct, id: string, props: { removalPolicy: RemovalPolicy; stage: string }) {
    super(scope, id);
    this.pool = new cognito.UserPool(this, 'Users', {
      selfSignUpEnabled: false,
      signInAliases: { username: true, email: true },
      signInCaseSensitive: false,
      accountRecovery: cognito.AccountRecovery.EMAIL_ONLY,
      passwordPolicy: { minLength: 12, requireLowercase: true, requireUppercase: true, requireDigits: true },
      customAttributes: { workspace: new cognito.StringAttribute({ mutable: true, minLen: 1, maxLen: 128 }) },
      deletionProtection: props.removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy: props.removalPolicy,
    });
    // Its members may change the index that all workspaces share. Only who administers the pool puts users into it.
    new cognito.CfnUserPoolGroup(this, 'Operators', {
      userPoolId: this.pool.userPoolId,
      groupName: 'operators',
      description: 'May reindex the whole deployment',
    });
    const readable = new cognito.ClientAttributes().withStandardAttributes({ email: true });
    this.client = this.pool.addClient('Client', {
      authFlows: { userPassword: true, userSrp: true },
      disableOAuth: true,
      generateSecret: false,
      preventUserExistenceErrors: true,
      idTokenValidity: Duration.days(1),
      accessTokenValidity: Duration.days(1),
      refreshTokenValidity: Duration.days(30),
      readAttributes: readable.withCustomAttributes('workspace'),
      // Not the workspace: a user who could write it could read another tenant's videos.
      writeAttributes: readable,
    });
    // Where the page's users type their password. The name is public and worldwide, so it holds the account.
    this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `vindex-${props.stage}-${Stack.of(this).account}` },
    });
    this.issuer = `https://cognito-idp.${Stack.of(this).region}.amazonaws.com/${this.pool.userPoolId}`;
  }
}
