import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as schemas from '../../../lambdas/api/schemas.ts';
import { PLANE_ID, planeRecord, TIMES } from '../../support/builders.ts';
import { type ApiAnswer, type ApiWorld, apiWorld } from './api-world.ts';

const SEED = 20_261_122;
const RUNS = 400;
const EVERYWHERE = { buckets: ['*'], tables: ['*'], functions: ['*'] };

/** A JSON Schema, as far as our schemas use it. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Mostly what the schema allows, and on every level now and then something else. */
function bodiesFor(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 50, arbitrary: asSaid(schema) },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 1500 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('', ' ', '\u0000', '\ud800', '__proto__', -1, 1e300, 0.5),
    },
  );
}

function asSaid(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(bodiesFor));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return fc.oneof(
        { weight: 8, arbitrary: objectOf(schema) },
        { weight: 1, arbitrary: objectOf(schema, { unknown: fc.jsonValue() }) },
      );
    case 'array':
      return fc.oneof(
        { weight: 6, arbitrary: fc.array(bodiesFor(schema.items ?? {}), { maxLength: 2 }) },
        { weight: 1, arbitrary: fc.array(bodiesFor(schema.items ?? {}), { maxLength: 21 }) },
      );
    case 'integer':
      return fc.integer({ min: (schema.minimum ?? 0) - 1, max: (schema.maximum ?? 10) + 1 });
    case 'boolean':
      return fc.boolean();
    default:
      return schema.pattern ? fc.stringMatching(new RegExp(schema.pattern)) : fc.string();
  }
}

function objectOf(schema: Schema, more: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) {
  const fields = Object.entries(schema.properties ?? {});
  return fc.record(
    { ...Object.fromEntries(fields.map(([name, field]) => [name, bodiesFor(field)])), ...more },
    { requiredKeys: [...(schema.required ?? [])] },
  );
}

const ROUTES = [
  ['POST', '/planes', schemas.createPlaneSchema],
  ['POST', '/planes/{planeId}/offboarding', schemas.startOffboardingSchema],
  ['POST', '/planes/{planeId}/approval', schemas.decideApprovalSchema],
  ['PUT', '/planes/{planeId}/leases/{leaseId}', schemas.putLeaseSchema],
  ['PUT', '/planes/{planeId}/dependents/{dependentId}', schemas.putDependentSchema],
] as const;

function writes(api: ApiWorld): unknown {
  return {
    planes: [...api.planes.records.values()],
    entries: api.ledger.entries,
    claims: [...api.claims.held],
    executions: [...api.executions.running],
    sent: api.callback.sent,
    usage: [...api.usage.leases, ...api.usage.dependents],
  };
}

function expectAnswerOrProblem(answer: ApiAnswer, api: ApiWorld, untouched: unknown): void {
  expect(answer.status).toBeLessThan(500);
  if (answer.status < 300) return;
  expect(answer.contentType).toBe('application/problem+json');
  expect(answer.body).toMatchObject({
    type: expect.stringMatching(/^urn:problem-type:offboarding:[a-z-]+$/),
    title: expect.any(String),
    status: answer.status,
    detail: expect.any(String),
    code: expect.stringMatching(/^[A-Z_]+$/),
    instance: 'request-1',
  });
  expect(writes(api)).toEqual(untouched);
}

describe('whatever is sent', () => {
  it.each(ROUTES)(
    'to %s %s is answered or refused, never a failure',
    async (method, resource, schema) => {
      const json = z.toJSONSchema(schema, { target: 'draft-4' }) as Schema;
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(bodiesFor(json), async (body) => {
          const api = apiWorld({ reach: EVERYWHERE });
          const untouched = writes(api);
          const path = { planeId: PLANE_ID, leaseId: 'l', dependentId: 'd' };
          const answer = await api.call(method, resource, { path, body });
          if (answer.status < 300) accepted += 1;
          expectAnswerOrProblem(answer, api, untouched);
        }),
        { seed: SEED, numRuns: RUNS },
      );
      // An approval is never open here; a property that no request passes would prove nothing about the others.
      if (schema !== schemas.decideApprovalSchema) expect(accepted).toBeGreaterThan(0);
    },
  );

  it('as raw bytes is answered or refused, never a failure', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ROUTES),
        fc.string({ unit: 'binary', maxLength: 200 }),
        async ([method, resource], body) => {
          const api = apiWorld();
          const untouched = writes(api);
          const path = { planeId: PLANE_ID, leaseId: 'l', dependentId: 'd' };
          expectAnswerOrProblem(await api.call(method, resource, { path, body }), api, untouched);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('as ids and queries is answered or refused, never a failure', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(PLANE_ID, 'run-1', '1'));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          ['GET', '/planes'],
          ['GET', '/planes/{planeId}'],
          ['GET', '/planes/{planeId}/offboarding'],
          ['DELETE', '/planes/{planeId}/offboarding'],
          ['GET', '/planes/{planeId}/approval'],
          ['GET', '/planes/{planeId}/ledger'],
          ['GET', '/planes/{planeId}/certificate'],
          ['DELETE', '/planes/{planeId}/leases/{leaseId}'],
          ['DELETE', '/planes/{planeId}/dependents/{dependentId}'],
        ),
        fc.record({ planeId: text, leaseId: text, dependentId: text }),
        fc.dictionary(fc.constantFrom('limit', 'nextToken', 'x'), text),
        async ([method = '', resource = ''], path, query) => {
          const api = apiWorld({ plane: planeRecord(), now: TIMES.requested });
          const untouched = writes(api);
          expectAnswerOrProblem(await api.call(method, resource, { path, query }), api, untouched);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
