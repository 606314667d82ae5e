import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** What {@link Page} needs. */
export interface PageProps {
  removalPolicy: RemovalPolicy;
  /** Who signs in there; absent where tokens are of another issuer. */
  pool?: cognito.UserPool;
  /** Origin that serves buckets as they are, of a local AWS; absent: CloudFront serves the page. */
  origin?: string;
}

/**
 * Serves the page from a bucket that nobody but CloudFront reads. Its files, and `config.json` beside them, are put
 * there after a deployment: what they say comes from the deployment's outputs.
 */
export class Page extends Construct {
  readonly bucket: s3.Bucket;
  /** Where people open it. */
  readonly url: string;
  /** The client that the page is to the user pool. */
  readonly client?: cognito.UserPoolClient;

  constructor(scope: Construct, id: string, props: PageProps) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Files', {
      versioned: true,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: props.removalPolicy,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
    this.url = props.origin
      ? `${props.origin}/${this.bucket.bucketName}/index.html`
      : `https://${this.distribution().distributionDomainName}/`;
    if (props.pool) this.client = this.clientOf(props.pool);
  }

  private distribution(): cloudfront.Distribution {
    return new cloudfront.Distribution(this, 'Distribution', {
      comment: 'vindex: the page',
      defaultRootObject: 'index.html',
      defaultBehavior: {
        origin: S3BucketOrigin.withOriginAccessControl(this.bucket),
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        // How long each file is kept is said by the file itself.
        cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: this.headers(),
        compress: true,
      },
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
    });
  }

  /** What the page's own policy, in its head, can't say. */
  private headers(): cloudfront.ResponseHeadersPolicy {
    return new cloudfront.ResponseHeadersPolicy(this, 'Headers', {
      securityHeadersBehavior: {
        contentSecurityPolicy: { contentSecurityPolicy: "frame-ancestors 'none'", override: true },
        contentTypeOptions: { override: true },
        frameOptions: { frameOption: cloudfront.HeadersFrameOption.DENY, override: true },
        referrerPolicy: { referrerPolicy: cloudfront.HeadersReferrerPolicy.NO_REFERRER, override: true },
        strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override: true },
      },
      customHeadersBehavior: {
        customHeaders: [
          { header: 'permissions-policy', value: 'camera=(), microphone=(), geolocation=()', override: true },
        ],
      },
    });
  }

  /** A public client: its code is worth nothing without the secret that the tab made for it (PKCE). */
  private clientOf(pool: cognito.UserPool): cognito.UserPoolClient {
    const readable = new cognito.ClientAttributes().withStandardAttributes({ email: true });
    const urls = this.url.endsWith('/') ? [this.url, `${this.url}index.html`] : [this.url];
    return new cognito.UserPoolClient(this, 'Client', {
      userPool: pool,
      generateSecret: false,
      // No password of anybody goes through the page.
      authFlows: { userPassword: false },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
        callbackUrls: urls,
        logoutUrls: urls,
      },
      supportedIdentityProviders: [cognito.UserPoolClientIdentityProvider.COGNITO],
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      idTokenValidity: Duration.hours(1),
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      readAttributes: readable.withCustomAttributes('workspace'),
      // Not the workspace: a user who could write it could read another tenant's videos.
      writeAttributes: readable,
    });
  }
}
