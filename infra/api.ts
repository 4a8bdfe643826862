import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogField,
  AccessLogFormat,
  AuthorizationType,
  EndpointType,
  type IModel,
  type JsonSchema,
  LambdaIntegration,
  LogGroupLogDestination,
  MethodLoggingLevel,
  type RequestValidator,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { addProblemResponses } from './api-errors.ts';
import { API_ROUTES, type ApiFunctionName, type ApiRoute } from './api-routes.ts';
import type { OffboardingConfig } from './config.ts';
import type { ProductFunction } from './product-function.ts';
import { ProductLogGroup } from './product-log-group.ts';
import { requestModel } from './request-model.ts';

// Far above what operators and services need, far below what would hurt the ledger.
const REQUESTS_PER_SECOND = 50;
const BURST = 100;
const STAGE = 'v1';

const FIREWALL =
  'an unsigned request goes no further than IAM, signed ones are throttled; a web ACL is for an account that serves the public';

export interface ApiProps {
  readonly config: OffboardingConfig;
  readonly functions: Readonly<Record<ApiFunctionName, ProductFunction>>;
}

/** The HTTP API. Every request is signed by an IAM identity, and that identity is the actor in the ledger. */
export class Api extends Construct {
  readonly restApi: RestApi;
  /** Without a slash at its end: what follows is a path, which begins with one. */
  readonly url: string;
  private readonly bodyValidator: RequestValidator;

  constructor(scope: Construct, id: string, { config, functions }: ApiProps) {
    super(scope, id);
    this.restApi = new RestApi(this, 'Rest', {
      // CloudWatch knows an API by its name, and two stacks may be in one account.
      restApiName: `KnowledgePlanes-${Stack.of(this).stackName}`,
      description: 'Takes knowledge planes out of service',
      endpointTypes: [EndpointType.REGIONAL],
      defaultMethodOptions: { authorizationType: AuthorizationType.IAM },
      // A setting of the account, without which a fresh account refuses access logs. It stays when the stack goes: other APIs use it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        stageName: STAGE,
        tracingEnabled: true,
        loggingLevel: MethodLoggingLevel.ERROR,
        dataTraceEnabled: false, // bodies hold reasons, and answers the identities of callers
        throttlingRateLimit: REQUESTS_PER_SECOND,
        throttlingBurstLimit: BURST,
        accessLogDestination: new LogGroupLogDestination(
          new ProductLogGroup(this, 'AccessLog', { config }),
        ),
        accessLogFormat: accessLogFormat(),
      },
    });
    // The construct's own output and its `url` end in a slash, and the gateway has no route `//planes`.
    this.restApi.node.tryRemoveChild('Endpoint');
    const { region, urlSuffix } = Stack.of(this);
    this.url = `https://${this.restApi.restApiId}.execute-api.${region}.${urlSuffix}/${this.restApi.deploymentStage.stageName}`;
    // API Gateway makes it up without an end and without a key, unless it is there.
    const executionLog = new ProductLogGroup(this, 'ExecutionLog', {
      config,
      logGroupName: `API-Gateway-Execution-Logs_${this.restApi.restApiId}/${STAGE}`,
    });
    this.restApi.deploymentStage.node.addDependency(executionLog);
    this.acknowledgeFindings();
    addProblemResponses(this.restApi);
    this.bodyValidator = this.restApi.addRequestValidator('Body', {
      validateRequestBody: true,
      validateRequestParameters: true,
    });
    for (const route of API_ROUTES) this.addRoute(route, functions[route.function]);
  }

  private acknowledgeFindings(): void {
    acknowledge(this.restApi, import.meta.filename, {
      'AwsSolutions-COG4':
        'callers are IAM identities that sign each request (SigV4), not users of a pool',
    });
    acknowledge(this.restApi.deploymentStage, import.meta.filename, {
      'AwsSolutions-APIG3': FIREWALL,
      'NIST.800.53.R5-APIGWAssociatedWithWAF': FIREWALL,
      'NIST.800.53.R5-APIGWCacheEnabledAndEncrypted':
        'an answer says how things stand now, and a cache would show one caller what another asked',
      'NIST.800.53.R5-APIGWSSLEnabled':
        'its backends are Lambda functions that only this API may invoke; there is nobody to show a client certificate to',
    });
    acknowledge(this.restApi.node.findChild('CloudWatchRole'), import.meta.filename, {
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
        'a setting of the account: API Gateway checks it for this policy, for all of its APIs',
    });
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

/**
 * Who asked for what, and what became of it: no more of a person than that takes (docs/security.md, Personal data).
 * `requestId` can be chosen by the caller, `extendedRequestId` cannot.
 */
function accessLogFormat(): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      requestTime: AccessLogField.contextRequestTime(),
      extendedRequestId: AccessLogField.contextExtendedRequestId(),
      requestId: AccessLogField.contextRequestId(),
      userArn: AccessLogField.contextIdentityUserArn(),
      accountId: AccessLogField.contextIdentityAccountId(),
      sourceIp: AccessLogField.contextIdentitySourceIp(),
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
