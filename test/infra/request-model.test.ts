import Ajv from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { API_ROUTES } from '../../infra/api-routes.ts';
import { requestModel } from '../../infra/request-model.ts';
import { resourcesOf } from '../support/assembly.ts';

const createPlane = API_ROUTES.find(({ body }) => body?.model === 'CreatePlane')?.body?.schema;
if (!createPlane) throw new Error('no route creates planes');

describe('a request model', () => {
  it('is the schema in draft-4, with unions loosened to their kinds', () => {
    expect(requestModel(createPlane)).toMatchObject({
      $schema: 'http://json-schema.org/draft-04/schema#',
      additionalProperties: false,
      required: ['tenantId', 'name', 'type', 'stores', 'access'],
      properties: {
        stores: {
          minItems: 1,
          maxItems: 20,
          items: {
            type: 'object',
            properties: { kind: { type: 'string', enum: ['s3-prefix', 'dynamodb-partition'] } },
            required: ['kind'],
          },
        },
        access: {
          items: { properties: { kind: { enum: ['query-endpoint', 'token-partition'] } } },
        },
      },
    });
  });

  it('refuses to loosen a union that `kind` does not tell apart', () => {
    const schema = z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })]);
    expect(() => requestModel(schema)).toThrow();
  });

  it.each([
    ['a wrong type', { type: 'graph' }, false],
    ['an unknown field', { colour: 'red' }, false],
    ['an unknown kind of store', { stores: [{ kind: 'ftp' }] }, false],
    ['no store', { stores: [] }, false],
    ['a store the Lambda refuses by name of the field', { stores: [{ kind: 's3-prefix' }] }, true],
    ['a whole plane', {}, true],
  ])('answers %s', (_what, change, passes) => {
    const plane = {
      tenantId: 'tenant-a',
      name: 'manuals',
      type: 'docs',
      stores: [{ kind: 's3-prefix', bucket: 'knowledge-documents', prefix: 'kp-1/' }],
      access: [],
    };
    const validate = new Ajv.default().compile(requestModel(createPlane));
    expect(validate({ ...plane, ...change })).toBe(passes);
  });
});

describe('the gateway', () => {
  const models = resourcesOf('Offboarding-prod', 'AWS::ApiGateway::Model');

  it('has one model per request body', () => {
    expect(models.map(([, { Properties }]) => Properties.Name).sort()).toEqual([
      'CreatePlane',
      'DecideApproval',
      'PutDependent',
      'PutLease',
      'StartOffboarding',
    ]);
  });

  it.each(models)('deploys %s as it is made of its schema', (_logicalId, { Properties }) => {
    const schema = API_ROUTES.find(({ body }) => body?.model === Properties.Name)?.body?.schema;
    expect(schema && requestModel(schema)).toEqual(Properties.Schema);
  });
});
