import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as schemas from '../../lambdas/api/schemas.ts';
import { CHUNKS_TABLE, DOCUMENTS_BUCKET, TOKENS_TABLE } from '../../local/demo/sample-plane.ts';
import { bodiesFor } from '../support/bodies-for.ts';
import { expectProblem } from '../support/expect-problem.ts';
import { startWorld, type World } from '../support/offboarding-world.ts';
import { type ProductState, stateReader } from '../support/product-state.ts';
import { type RawRequest, sendRaw } from '../support/raw-request.ts';

const SEED = 20_261_122;
const REQUESTS = 300;
const PLANES = 4;
const CODE = expect.stringMatching(/^[A-Z]+(_[A-Z]+)*$/);

const text = fc.string({ minLength: 1, maxLength: 20 }).map((value) => `${value}!`);
const fields = {
  tenantId: text,
  name: text,
  value: text,
  bucket: fc.constant(DOCUMENTS_BUCKET),
  table: fc.constantFrom(CHUNKS_TABLE, TOKENS_TABLE),
  functionName: fc.constantFrom('knowledge-query-a', 'knowledge-query-b'),
  prefix: fc.stringMatching(/^[ab]{1,3}(\/[ab]){0,2}\/$/),
  reason: text,
};
const body = {
  plane: bodiesFor(schemas.createPlaneSchema, fields),
  start: bodiesFor(schemas.startOffboardingSchema, fields),
  decision: bodiesFor(schemas.decideApprovalSchema, fields),
  lease: bodiesFor(schemas.putLeaseSchema, fields),
  dependent: bodiesFor(schemas.putDependentSchema, fields),
  hold: bodiesFor(schemas.holdSchema, fields),
};
const none = fc.constant(undefined);

/** `#` stands for the id of a plane, `*` for one of usage. */
const ROUTES: readonly (readonly [method: string, path: string, body: fc.Arbitrary<unknown>])[] = [
  ['POST', '/planes', body.plane],
  ['GET', '/planes', none],
  ['GET', '/planes/#', none],
  ['POST', '/planes/#/offboarding', body.start],
  ['GET', '/planes/#/offboarding', none],
  ['DELETE', '/planes/#/offboarding', none],
  ['GET', '/planes/#/approval', none],
  ['POST', '/planes/#/approval', body.decision],
  ['GET', '/planes/#/ledger', none],
  ['GET', '/planes/#/certificate', none],
  ['PUT', '/planes/#/leases/*', body.lease],
  ['DELETE', '/planes/#/leases/*', none],
  ['PUT', '/planes/#/dependents/*', body.dependent],
  ['DELETE', '/planes/#/dependents/*', none],
  ['PUT', '/planes/#/hold', body.hold],
  ['GET', '/planes/#/hold', none],
  ['DELETE', '/planes/#/hold', body.hold],
];

interface Generated {
  readonly request: RawRequest;
  /** Which of the registered planes takes the place of `#`. */
  readonly plane: number;
}

const rarely = <T>(usual: T, unusual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: unusual });
const segment = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map(inPath);

/** Requests that are mostly what the API knows; each part of one is now and then something else. */
const requests: fc.Arbitrary<Generated> = fc.constantFrom(...ROUTES).chain(([method, path, sent]) =>
  fc.record({
    plane: fc.nat(PLANES - 1),
    request: fc
      .record({
        method: rarely(method, fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD')),
        as: rarely<string | null>(
          'operator',
          fc.constantFrom('approver', 'a*b', '__proto__', null),
        ),
        body: method === 'GET' ? sent : textOf(sent),
        planeId: rarely('#', segment),
        usageId: rarely('run-1', segment),
        query: rarely('', queries()),
        headers: rarely<Readonly<Record<string, string>>>({}, headers()),
      })
      .map(({ planeId, usageId, query, ...rest }) => ({
        ...rest,
        path: path.replace('#', () => planeId).replace('*', () => usageId) + query,
      })),
  }),
);

/** JSON, sometimes damaged in one place. */
function textOf(sent: fc.Arbitrary<unknown>): fc.Arbitrary<string | undefined> {
  const whole = sent.map((value) => JSON.stringify(value));
  const damaged = fc
    .tuple(whole, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }))
    .map(([text, at, put]) => {
      const place = at % ((text?.length ?? 0) + 1);
      return text && text.slice(0, place) + put + text.slice(place + 1);
    });
  return fc.oneof({ weight: 8, arbitrary: whole }, { weight: 1, arbitrary: damaged });
}

function queries(): fc.Arbitrary<string> {
  const name = fc.oneof(fc.constantFrom('limit', 'nextToken'), segment);
  return fc.array(fc.tuple(name, segment), { minLength: 1, maxLength: 3 }).map((pairs) => {
    return `?${pairs.map((pair) => pair.join('=')).join('&')}`;
  });
}

function headers(): fc.Arbitrary<Readonly<Record<string, string>>> {
  const value = fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/);
  return fc.dictionary(fc.constantFrom('content-type', 'authorization', 'accept', 'x-a'), value);
}

/** `encodeURIComponent`, but for halves of characters, which have no encoding. */
function inPath(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

describe('whatever is sent through the gateway', () => {
  let world: World;
  let readState: () => Promise<ProductState>;
  let state: ProductState;
  const planeIds: string[] = [];
  const answered = new Map<string, number>();

  beforeAll(async () => {
    world = await startWorld();
    readState = stateReader(world.cloud);
    for (let index = 0; index < PLANES; index += 1) planeIds.push((await world.plane()).planeId);
    state = await readState();
  });
  afterAll(() => world.close());

  async function expectAnswerOrRefusal({ request, plane }: Generated): Promise<void> {
    const path = request.path.replace('#', planeIds[plane] ?? '');
    const answer = await sendRaw(world.cloud.apiUrl, { ...request, path });
    const { status } = answer;
    answered.set(`${status}`, (answered.get(`${status}`) ?? 0) + 1);
    expect(status).toBeLessThan(500);
    if (status < 300) {
      // An offboarding that was started goes on by itself; what it does is not of the next request's doing.
      await world.cloud.clock.settle();
      state = await readState();
      return;
    }
    // An answer to HEAD has no body to look at.
    if (request.method !== 'HEAD') expectProblem(answer, { status, code: CODE });
    expect(await readState()).toEqual(state);
  }

  it('is answered or refused, never a failure; and what is refused changes nothing', async () => {
    await fc.assert(fc.asyncProperty(requests, expectAnswerOrRefusal), {
      seed: SEED,
      numRuns: REQUESTS,
    });
    // A run that everything or nothing passes would prove nothing.
    for (const status of ['200', '201', '202', '204', '400', '403', '404', '409'])
      expect([...answered.keys()]).toContain(status);
    expect(state.planes.length).toBeGreaterThan(PLANES);
  });
});
