import { Duration } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { functionTable, pascalCase } from './function-table';

/** What {@link HttpApi} needs. */
export interface HttpApiProps {
  functions: Record<string, lambda.IFunction>;
  tokens: { issuer: string; audiences: string[] };
  allowedOrigins: string[];
}

/** The HTTP API with the routes of functions.json. Every route asks for a token unless its entry says NONE. */
export class HttpApi extends Construct {
  readonly api: apigateway.HttpApi;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { CorsHttpMethod } = apigateway;
    this.api = new apigateway.HttpApi(this, 'Api', {
      createDefaultStage: false,
      // Tokens travel in a header and never in a cookie: a foreign page has none to send.
      corsPreflight: {
        allowOrigins: props.allowedOrigins,
        allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PATCH, CorsHttpMethod.DELETE],
        allowHeaders: ['authorization', 'content-type'],
        maxAge: Duration.minutes(10),
      },
    });
    new apigateway.HttpStage(this, 'DefaultStage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
    });
    const authorizer = new HttpJwtAuthorizer('Tokens', props.tokens.issuer, { jwtAudience: props.tokens.audiences });
    for (const [name, entry] of Object.entries(functionTable)) {
      if (!entry.routes) continue;
      const integration = new HttpLambdaIntegration(pascalCase(name), props.functions[name], {
        scopePermissionToRoute: false,
      });
      for (const route of entry.routes) {
        this.api.addRoutes({
          path: route.path,
          methods: [route.method as apigateway.HttpMethod],
          integration,
          authorizer: route.auth === 'JWT' ? authorizer : new apigateway.HttpNoneAuthorizer(),
        });
      }
    }
  }
}
