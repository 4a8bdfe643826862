import { z } from 'zod';
import type { Template, TemplateResource } from '../template.ts';
import { type GatewayResponse, readGatewayResponses } from './gateway-response.ts';
import { type BodyValidator, createBodyValidator } from './request-body.ts';

/** One method of one resource. */
export interface Route {
  readonly httpMethod: string;
  /** `/planes/{planeId}` */
  readonly resourcePath: string;
  readonly resourceId: string;
  /** AWS_IAM: only signed requests, and only of callers who may execute-api:Invoke. */
  readonly signed: boolean;
  readonly functionArn: string;
  readonly timeoutMs: number;
  /** By content type; `$default` for the ones that are not named. Empty where bodies are not validated. */
  readonly bodyValidators: ReadonlyMap<string, BodyValidator>;
  /** `querystring.limit`, `header.If-Match`: what a request must have. */
  readonly requiredParameters: readonly string[];
}

export interface ApiDefinition {
  readonly restApiId: string;
  readonly stage: string;
  readonly routes: readonly Route[];
  readonly gatewayResponses: ReadonlyMap<string, GatewayResponse>;
  readonly binaryMediaTypes: readonly string[];
}

/** Longest a REST API waits by default: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_TIMEOUT_MS = 29_000;

const apiSchema = z.object({ BinaryMediaTypes: z.array(z.string()).default([]) });
const stageSchema = z.object({ StageName: z.string() });
const resourceSchema = z.object({ ParentId: z.string(), PathPart: z.string() });
const validatorSchema = z.object({
  ValidateRequestBody: z.boolean().default(false),
  ValidateRequestParameters: z.boolean().default(false),
});
const modelSchema = z.object({ Name: z.string().optional(), Schema: z.unknown() });
/** Strict in what changes who may call and who answers: what is not served here must not be passed over. */
const methodSchema = z.object({
  HttpMethod: z.string(),
  ResourceId: z.string(),
  AuthorizationType: z.enum(['AWS_IAM', 'NONE']),
  ApiKeyRequired: z.literal(false).default(false),
  RequestValidatorId: z.string().optional(),
  RequestModels: z.record(z.string(), z.string()).default({}),
  RequestParameters: z.record(z.string(), z.boolean()).default({}),
  Integration: z.object({
    Type: z.literal('AWS_PROXY'),
    Uri: z.string(),
    TimeoutInMillis: z.int().max(MAX_TIMEOUT_MS).default(MAX_TIMEOUT_MS),
  }),
});

/** @throws Error when the template has no single REST API, or a method that cannot be served here, by its logical id */
export function readApi(template: Template): ApiDefinition {
  const api = only(template, 'AWS::ApiGateway::RestApi');
  const stage = stageSchema.parse(only(template, 'AWS::ApiGateway::Stage').properties);
  const resources = new Map(
    template.ofType('AWS::ApiGateway::Resource').map((it) => [it.ref, it] as const),
  );
  const pathOf = (resourceId: string): string => {
    const resource = resources.get(resourceId);
    if (!resource) return '';
    const { ParentId, PathPart } = resourceSchema.parse(resource.properties);
    return `${pathOf(ParentId)}/${PathPart}`;
  };
  const validators = new Map(
    template
      .ofType('AWS::ApiGateway::RequestValidator')
      .map((it) => [it.ref, validatorSchema.parse(it.properties)] as const),
  );
  const models = new Map(
    template
      .ofType('AWS::ApiGateway::Model')
      .map((it) => [it.name, modelSchema.parse(it.properties).Schema] as const),
  );
  const validatorOf = createBodyValidator(api.ref, models);

  const routes = template.ofType('AWS::ApiGateway::Method').map((resource): Route => {
    const method = parse(methodSchema, resource);
    const validator = validators.get(method.RequestValidatorId ?? '');
    return {
      httpMethod: method.HttpMethod,
      resourcePath: pathOf(method.ResourceId) || '/',
      resourceId: method.ResourceId,
      signed: method.AuthorizationType === 'AWS_IAM',
      functionArn: lambdaArn(resource.logicalId, method.Integration.Uri),
      timeoutMs: method.Integration.TimeoutInMillis,
      bodyValidators: new Map(
        validator?.ValidateRequestBody
          ? Object.entries(method.RequestModels).map(([type, model]) => [type, validatorOf(model)])
          : [],
      ),
      requiredParameters: validator?.ValidateRequestParameters
        ? Object.entries(method.RequestParameters)
            .filter(([, required]) => required)
            .map(([name]) => name.replace('method.request.', ''))
        : [],
    };
  });
  return {
    restApiId: api.ref,
    stage: stage.StageName,
    routes,
    gatewayResponses: readGatewayResponses(template),
    binaryMediaTypes: apiSchema.parse(api.properties).BinaryMediaTypes,
  };
}

function only(template: Template, type: string): TemplateResource {
  const [resource, ...others] = template.ofType(type);
  if (!resource || others.length > 0) {
    throw new Error(
      `${template.stackName} has ${others.length + (resource ? 1 : 0)} ${type}, not one`,
    );
  }
  return resource;
}

function parse<T>(schema: z.ZodType<T>, { logicalId, properties }: TemplateResource): T {
  const parsed = schema.safeParse(properties);
  if (parsed.success) return parsed.data;
  throw new Error(`${logicalId} cannot be served here: ${z.prettifyError(parsed.error)}`);
}

/** `arn:aws:apigateway:…:lambda:path/2015-03-31/functions/<ARN>/invocations` */
function lambdaArn(logicalId: string, uri: string): string {
  const arn = /\/functions\/(arn:[^/]+)\/invocations$/.exec(uri)?.[1];
  if (arn === undefined)
    throw new Error(`${logicalId} integrates ${uri}, which is no Lambda function`);
  return arn;
}
