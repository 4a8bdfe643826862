import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IModel,
  type JsonSchema,
  LambdaIntegration,
  LogGroupLogDestination,
  type RequestValidator,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { addProblemResponses } from './api-errors.ts';
import { API_ROUTES, type ApiFunctionName, type ApiRoute } from './api-routes.ts';
import type { OffboardingConfig } from './config.ts';
import type { ProductFunction } from './product-function.ts';
import { requestModel } from './request-model.ts';

// Far above what operators and services need, far below what would hurt the ledger.
const REQUESTS_PER_SECOND = 50;
const BURST = 100;

export interface ApiProps {
  readonly config: OffboardingConfig;
  readonly functions: Readonly<Record<ApiFunctionName, ProductFunction>>;
}

/** The HTTP API. Every request is signed by an IAM identity, and that identity is the actor in the ledger. */
export class Api extends Construct {
  readonly restApi: RestApi;
  private readonly bodyValidator: RequestValidator;

  constructor(scope: Construct, id: string, { config, functions }: ApiProps) {
    super(scope, id);
    this.restApi = new RestApi(this, 'Rest', {
      description: 'Takes knowledge planes out of service',
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      // A setting of the account, without which a fresh account refuses access logs. It stays when the stack goes: other APIs use it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: 'v1',
        tracingEnabled: true,
        throttlingRateLimit: REQUESTS_PER_SECOND,
        throttlingBurstLimit: BURST,
        accessLogDestination: new LogGroupLogDestination(
          new LogGroup(this, 'AccessLog', {
            retention: config.logRetention,
            removalPolicy: config.removalPolicy,
          }),
        ),
        accessLogFormat: accessLogFormat(),
      },
    });
    addProblemResponses(this.restApi);
    this.bodyValidator = this.restApi.addRequestValidator('Body', { validateRequestBody: true });
    for (const route of API_ROUTES) this.addRoute(route, functions[route.function]);
  }

  private addRoute({ method, path, body }: ApiRoute, fn: ProductFunction): void {
    const integration = new LambdaIntegration(fn, { allowTestInvoke: false });
    this.restApi.root.resourceForPath(path).addMethod(method, integration, {
      ...(body && {
        requestModels: { 'application/json': this.model(body) },
        requestValidator: this.bodyValidator,
      }),
    });
  }

  private model({ model, schema }: NonNullable<ApiRoute['body']>): IModel {
    const { $schema: _, ...jsonSchema } = requestModel(schema);
    return this.restApi.addModel(model, {
      modelName: model,
      contentType: 'application/json',
      // The CDK's type spells the same document with enums of its own; it adds the draft-4 `$schema` itself.
      schema: jsonSchema as JsonSchema,
    });
  }
}

/** Who asked for what, and what became of it. `requestId` can be chosen by the caller, `extendedRequestId` cannot. */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestTime: AccessLogField.contextRequestTime(),
      extendedRequestId: AccessLogField.contextExtendedRequestId(),
      requestId: AccessLogField.contextRequestId(),
      userArn: AccessLogField.contextIdentityUserArn(),
      caller: AccessLogField.contextIdentityCaller(),
      accountId: AccessLogField.contextIdentityAccountId(),
      sourceIp: AccessLogField.contextIdentitySourceIp(),
      userAgent: AccessLogField.contextIdentityUserAgent(),
      httpMethod: AccessLogField.contextHttpMethod(),
      path: AccessLogField.contextPath(),
      resourcePath: AccessLogField.contextResourcePath(),
      status: AccessLogField.contextStatus(),
      responseLength: AccessLogField.contextResponseLength(),
      responseLatency: AccessLogField.contextResponseLatency(),
      error: AccessLogField.contextErrorMessage(),
      validationError: AccessLogField.contextErrorValidationErrorString(),
    }),
  );
}
