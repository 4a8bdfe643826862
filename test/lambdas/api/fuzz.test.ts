import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_ROUTES } from '../../../infra/api-routes.ts';
import { decideApprovalSchema } from '../../../lambdas/api/bodies/approval-body.ts';
import { bodiesFor } from '../../support/bodies-for.ts';
import { PLANE_ID, planeRecord, TIMES } from '../../support/builders.ts';
import { type ApiAnswer, type ApiWorld, apiWorld } from './api-world.ts';

const SEED = 20_261_122;
const RUNS = 400;
const EVERYWHERE = { buckets: ['*'], tables: ['*'], functions: ['*'] };

/** Straight to the functions, so that they see what the gateway would have stopped. */
const WITH_BODY = API_ROUTES.flatMap(({ method, path, body }) =>
  body ? [[method, path, body.schema] as const] : [],
);
const WITHOUT_BODY = API_ROUTES.filter(({ body }) => !body);

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
  it.each(WITH_BODY)(
    'to %s %s is answered or refused, never a failure',
    async (method, resource, schema) => {
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(bodiesFor(schema), async (body) => {
          const api = apiWorld({ reach: EVERYWHERE });
          const untouched = writes(api);
          const path = { planeId: PLANE_ID, leaseId: 'l', dependentId: 'd' };
          const answer = await api.call(method, resource, { path, body });
          if (answer.status < 300) accepted += 1;
          expectAnswerOrProblem(answer, api, untouched);
        }),
        { seed: SEED, numRuns: RUNS },
      );
      // An approval is never open here, and no hold in force; a property that no request passes would prove nothing about the others.
      const isInVain = schema === decideApprovalSchema || method === 'DELETE';
      if (!isInVain) expect(accepted).toBeGreaterThan(0);
    },
  );

  it('as raw bytes is answered or refused, never a failure', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...WITH_BODY),
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
        fc.constantFrom(...WITHOUT_BODY),
        fc.record({ planeId: text, leaseId: text, dependentId: text }),
        fc.dictionary(fc.constantFrom('limit', 'nextToken', 'phase', 'x'), text),
        async ({ method, path: resource }, path, query) => {
          const api = apiWorld({ plane: planeRecord(), now: TIMES.requested });
          const untouched = writes(api);
          expectAnswerOrProblem(await api.call(method, resource, { path, query }), api, untouched);
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
