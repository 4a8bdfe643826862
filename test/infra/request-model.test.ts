import Ajv from 'ajv-draft-04';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { API_ROUTES } from '../../infra/api-routes.ts';
import { requestModel } from '../../infra/request-model.ts';
import { resourcesOf } from '../support/assembly.ts';

const createPlane = API_ROUTES.find(({ body }) => body?.model === 'CreatePlane')?.body?.schema;
if (!createPlane) throw new Error('no route creates planes');

describe('a request model', () => {
  it('names the fields in draft-4, and leaves to the Lambda what they hold', () => {
    expect(requestModel(createPlane)).toEqual({
      $schema: 'http://json-schema.org/draft-04/schema#',
      type: 'object',
      properties: { tenantId: {}, name: {}, type: {}, stores: {}, access: {} },
      required: ['tenantId', 'name', 'type', 'stores', 'access'],
      additionalProperties: false,
    });
  });

  it.each([
    ['is no object', z.string()],
    ['takes unknown fields', z.looseObject({ a: z.string() })],
    // API Gateway refuses an empty list of required fields.
    ['asks for nothing', z.strictObject({ a: z.string().optional() })],
  ])('is not made of a schema that %s', (_what, schema) => {
    expect(() => requestModel(schema)).toThrow();
  });

  it.each([
    ['a missing field', { tenantId: undefined }, false],
    ['an unknown field', { colour: 'red' }, false],
    ['a value that the Lambda refuses by the name of its field', { type: 'graph' }, true],
    ['a store that the Lambda refuses so', { stores: [{ kind: 'ftp' }] }, true],
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
    expect(validate(JSON.parse(JSON.stringify({ ...plane, ...change })))).toBe(passes);
  });
});

describe('the gateway', () => {
  const models = resourcesOf('Offboarding-prod', 'AWS::ApiGateway::Model');

  it('has one model per request body', () => {
    expect(models.map(([, { Properties }]) => Properties.Name).sort()).toEqual([
      'CreatePlane',
      'DecideApproval',
      'PlaceHold',
      'PutDependent',
      'PutLease',
      'ReleaseHold',
      'StartOffboarding',
    ]);
  });

  it.each(models)('deploys %s as it is made of its schema', (_logicalId, { Properties }) => {
    const schema = API_ROUTES.find(({ body }) => body?.model === Properties.Name)?.body?.schema;
    expect(schema && requestModel(schema)).toEqual(Properties.Schema);
  });
});
