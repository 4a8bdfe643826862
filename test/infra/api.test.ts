import { describe, expect, it } from 'vitest';
import { resourceOf, resourcesOf, type TemplateResource } from '../support/assembly.ts';

const resources = new Map(resourcesOf('Offboarding-prod', 'AWS::ApiGateway::Resource'));
const methods = resourcesOf('Offboarding-prod', 'AWS::ApiGateway::Method').map(
  ([, { Properties }]) => Properties,
);

function pathOf(reference: unknown): string {
  const { Ref } = reference as { Ref?: string };
  const resource: TemplateResource | undefined = Ref ? resources.get(Ref) : undefined;
  if (!resource) return '';
  return `${pathOf(resource.Properties.ParentId)}/${resource.Properties.PathPart}`;
}

describe('the API', () => {
  it('has these routes and no others', () => {
    expect(methods.map((m) => `${m.HttpMethod} ${pathOf(m.ResourceId)}`).sort()).toEqual([
      'DELETE /planes/{planeId}/dependents/{dependentId}',
      'DELETE /planes/{planeId}/hold',
      'DELETE /planes/{planeId}/leases/{leaseId}',
      'DELETE /planes/{planeId}/offboarding',
      'GET /keys',
      'GET /planes',
      'GET /planes/{planeId}',
      'GET /planes/{planeId}/approval',
      'GET /planes/{planeId}/certificate',
      'GET /planes/{planeId}/hold',
      'GET /planes/{planeId}/ledger',
      'GET /planes/{planeId}/offboarding',
      'POST /planes',
      'POST /planes/{planeId}/approval',
      'POST /planes/{planeId}/offboarding',
      'PUT /planes/{planeId}/dependents/{dependentId}',
      'PUT /planes/{planeId}/hold',
      'PUT /planes/{planeId}/leases/{leaseId}',
    ]);
  });

  it('asks every caller for a signature', () => {
    expect(new Set(methods.map(({ AuthorizationType }) => AuthorizationType))).toEqual(
      new Set(['AWS_IAM']),
    );
  });

  it('validates every body that a route takes', () => {
    const taking = methods.filter(
      ({ HttpMethod, ResourceId }) =>
        HttpMethod === 'POST' ||
        HttpMethod === 'PUT' ||
        (HttpMethod === 'DELETE' && pathOf(ResourceId).endsWith('/hold')),
    );
    expect(taking).toHaveLength(7);
    for (const { RequestModels, RequestValidatorId } of taking) {
      expect(RequestModels).toHaveProperty(['application/json']);
      expect(RequestValidatorId).toBeDefined();
    }
    const [[, validator] = []] = resourcesOf(
      'Offboarding-prod',
      'AWS::ApiGateway::RequestValidator',
    );
    expect(validator?.Properties).toMatchObject({ ValidateRequestBody: true });
  });

  it('answers what it refuses by itself as problem+json with a stable code', () => {
    const answers = resourcesOf('Offboarding-prod', 'AWS::ApiGateway::GatewayResponse').map(
      ([, { Properties }]) => {
        const templates = Properties.ResponseTemplates as Record<string, string>;
        expect(Properties.ResponseParameters).toEqual({
          'gatewayresponse.header.Content-Type': "'application/problem+json'",
        });
        const problem = JSON.parse(templates['application/json'] ?? '');
        expect(problem.status).toBe(Number(Properties.StatusCode));
        return [Properties.ResponseType, problem.status, problem.code];
      },
    );
    expect(answers.sort()).toEqual([
      ['ACCESS_DENIED', 403, 'FORBIDDEN'],
      ['BAD_REQUEST_BODY', 400, 'INVALID_REQUEST'],
      ['BAD_REQUEST_PARAMETERS', 400, 'INVALID_REQUEST'],
      ['DEFAULT_4XX', 400, 'INVALID_REQUEST'],
      ['DEFAULT_5XX', 500, 'INTERNAL_ERROR'],
      ['EXPIRED_TOKEN', 403, 'FORBIDDEN'],
      ['INTEGRATION_TIMEOUT', 504, 'UNAVAILABLE'],
      ['INVALID_SIGNATURE', 403, 'FORBIDDEN'],
      ['MISSING_AUTHENTICATION_TOKEN', 403, 'FORBIDDEN'],
      ['REQUEST_TOO_LARGE', 413, 'PAYLOAD_TOO_LARGE'],
      ['RESOURCE_NOT_FOUND', 404, 'NOT_FOUND'],
      ['THROTTLED', 429, 'TOO_MANY_REQUESTS'],
    ]);
  });

  it('logs who called, by ids that a caller cannot choose', () => {
    const stage = resourceOf('Offboarding-prod', 'AWS::ApiGateway::Stage', 'OffboardingApi');
    const { Format } = stage.Properties.AccessLogSetting as { Format: string };
    expect(JSON.parse(Format)).toMatchObject({
      extendedRequestId: '$context.extendedRequestId',
      userArn: '$context.identity.userArn',
      status: '$context.status',
    });
  });

  it('brings the account setting that access logs need', () => {
    expect(resourcesOf('Offboarding-prod', 'AWS::ApiGateway::Account')).toHaveLength(1);
  });
});
