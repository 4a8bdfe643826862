import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LAMBDA_NAMES } from '../../infra/bundle.ts';
import { GATE_ASKED_BY } from '../../lambdas/policy-gate/asked-by.ts';
import { RECORDED_BY } from '../../lambdas/recorder/recorded-by.ts';
import { OFFBOARDING_ID, offboardingRequest } from '../support/builders.ts';
import { createFaults } from '../support/faults.ts';
import {
  AT_ONCE,
  approveIfAsked,
  expectEnd,
  expectHalt,
  expectToGoOn,
  transitions,
} from '../support/halts.ts';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';
import { passingTroubles } from '../support/passing-troubles.ts';

const DYNAMODB_BUSY = ['InternalServerError', 500] as const;
const S3_BUSY = ['InternalError', 500] as const;

const faults = createFaults();
let world: World;
let sfn: SFNClient;
let dynamodb: DynamoDBClient;
beforeAll(async () => {
  world = await startWorld({ onCall: faults.onCall });
  sfn = new SFNClient(world.cloud.clientConfig('operator'));
  dynamodb = new DynamoDBClient(world.cloud.clientConfig('operator'));
});
afterEach(() => faults.clear());
afterAll(() => world.close());

/** A hold, or from whoever places those, an entry that only the policy gate writes. */
function foreignEntry({ planeId }: WorldPlane, by: string): string {
  const entry =
    by === 'api-hold'
      ? { type: 'GATE_PASSED', data: { transition: 'DEACTIVATED' } }
      : { type: 'HOLD_PLACED', data: { reference: 'case-1' } };
  return JSON.stringify({
    planeId,
    offboardingId: null,
    actor: 'somebody else',
    reason: 'because',
    idempotencyKey: `foreign-${by}`,
    ...entry,
  });
}

/** A transition, which only the state machine makes. */
function foreignQuestion({ planeId }: WorldPlane, by: string): string {
  return JSON.stringify({
    planeId,
    offboardingId: OFFBOARDING_ID,
    request: offboardingRequest(),
    transition: 'DEACTIVATED',
    idempotencyKey: `foreign-${by}`,
  });
}

/** Lets the waits between retries pass. */
async function untilNobodyWorks(plane: WorldPlane): Promise<void> {
  await world.cloud.clock.runUntil(async () => (await plane.status()) !== 'RUNNING');
}

describe('a recorder that fails between the ledger and the registry', () => {
  it('finds its entry when it is tried again, and writes no second one', async () => {
    const plane = await world.plane();
    const busy = faults.refuse(
      { by: 'recorder', operation: 'UpdateItem' },
      'InternalServerError',
      500,
    );
    await plane.start();
    expect(await plane.history()).toEqual(['ACTIVE->PENDING_DEACTIVATE']);
    expect((await plane.as('operator', 'GET')).body).toMatchObject({ lifecycleState: 'ACTIVE' });

    busy.lift();
    await world.cloud.clock.advanceBy({ seconds: 60 });
    expect(await plane.history()).toEqual(['ACTIVE->PENDING_DEACTIVATE']);
    expect((await plane.as('operator', 'GET')).body).toMatchObject({
      lifecycleState: 'PENDING_DEACTIVATE',
    });
    await plane.as('operator', 'DELETE', '/offboarding');
  });

  it('halts what it has recorded already, and the next start goes on behind it', async () => {
    const plane = await world.plane();
    const fault = faults.refuse(
      { by: 'recorder', operation: 'UpdateItem', times: 1 },
      'AccessDeniedException',
    );
    await plane.start(AT_ONCE);
    const halted = await expectHalt(world, plane, {
      stage: 'deregister',
      code: 'AccessDeniedException',
      state: 'PENDING_DEACTIVATE',
    });
    expect(fault.hits()).toBe(1);
    await expectToGoOn(world, plane, halted);
  });

  it('ends the execution under the code of the stage even when no halt can be written', async () => {
    const plane = await world.plane();
    await plane.as('pipeline', 'PUT', '/leases/run-1', { kind: 'run', ttlSeconds: 60 });
    const fault = faults.refuse({ by: 'recorder', operation: 'PutItem' }, 'AccessDeniedException');
    const { body } = await plane.start();
    expect(await plane.history()).toEqual([]);
    const { executionArn } = body;
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      status: 'FAILED',
      error: 'ACTIVE_REFERENCES',
    });
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'ACTIVE',
      halt: { stage: 'deregister', code: 'ACTIVE_REFERENCES' },
    });
    fault.lift();
    await plane.as('pipeline', 'DELETE', '/leases/run-1');
    await plane.start();
    expect(await plane.status()).toBe('WAITING_GRACE');
  });
});

describe('an execution that an operator stops', () => {
  async function stop(plane: WorldPlane): Promise<void> {
    const { executionArn } = (await plane.as('operator', 'GET', '/offboarding')).body;
    await sfn.send(new StopExecutionCommand({ executionArn }));
    await world.cloud.clock.settle();
  }

  it('in the grace period halts, and waits out the rest of it when started again', async () => {
    const plane = await world.plane();
    const started = await plane.start();
    await world.cloud.clock.advanceBy({ days: 3 });
    const { gracePeriodEnd } = (await plane.as('operator', 'GET', '/offboarding')).body;
    await stop(plane);
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'PENDING_DEACTIVATE',
      halt: { stage: 'verify_deactivate', code: 'EXECUTION_ABORTED' },
    });
    await world.cloud.clock.advanceBy({ days: 1 });
    expect((await plane.start({ erasure: true })).body).toMatchObject({
      offboardingId: started.body.offboardingId,
      executionArn: expect.stringMatching(/-2$/),
    });
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'WAITING_GRACE',
      gracePeriodEnd,
    });
    await world.cloud.clock.advanceBy({ days: 3 });
    expect(await plane.status()).toBe('KEPT_IN_ARCHIVE');
  });

  it('in the grace period can still be cancelled', async () => {
    const plane = await world.plane();
    await plane.start();
    await stop(plane);
    expect(await plane.as('operator', 'DELETE', '/offboarding')).toMatchObject({ status: 200 });
    expect(await plane.status()).toBe('CANCELLED');
  });

  it('while it waits for an approval halts, takes no decision, and asks anew when started again', async () => {
    const plane = await world.plane();
    await plane.start(AT_ONCE);
    const asked = (await plane.as('approver', 'GET', '/approval')).body;
    await stop(plane);
    expect((await plane.as('operator', 'GET', '/offboarding')).body).toMatchObject({
      status: 'HALTED',
      lifecycleState: 'ARCHIVED',
      halt: { code: 'EXECUTION_ABORTED' },
    });
    expect(await plane.decide('approver', 'approve', asked.scopeHash)).toMatchObject({
      status: 409,
      body: { code: 'APPROVAL_CLOSED' },
    });
    expect(await plane.status()).toBe('HALTED');

    expect((await plane.start()).body.executionArn).toMatch(/-2$/);
    expect(await plane.status()).toBe('WAITING_APPROVAL');
    await expectEnd(world, plane);
  });
});

describe('a start whose claim is written, but not answered for', () => {
  it('is taken up by the same request again', async () => {
    const plane = await world.plane();
    const claim = { by: 'api-offboarding', operation: 'UpdateItem', times: 1 } as const;
    const fault = faults.inject(claim, () => 'lose');
    expect(await plane.start()).toMatchObject({
      status: 409,
      body: { code: 'OFFBOARDING_IN_PROGRESS' },
    });
    expect(fault.hits()).toBe(1);
    expect((await plane.start()).body.executionArn).toMatch(/-1$/);
    expect(await plane.status()).toBe('WAITING_GRACE');
  });
});

describe('a decision that is recorded but does not reach the workflow', () => {
  it('is handed over by the same call again', async () => {
    const plane = await world.plane();
    await plane.start(AT_ONCE);
    const fault = faults.refuse({ operation: 'SendTaskSuccess' }, 'AccessDeniedException');
    expect((await plane.decide('approver', 'approve')).status).toBe(500);
    expect((await plane.history()).at(-1)).toBe('APPROVED');
    fault.lift();
    expect(await plane.decide('approver', 'approve')).toMatchObject({ status: 200 });
    await expectEnd(world, plane);
    expect((await plane.history()).filter((entry) => entry === 'APPROVED')).toHaveLength(1);
  });
});

describe('a certificate that is stored, but not answered for', () => {
  it('is the one that is put on record, and no second one is written', async () => {
    const plane = await world.plane();
    await plane.start(AT_ONCE);
    const stored = { by: 'certificate', method: 'PUT', url: /certificates/, times: 1 } as const;
    const fault = faults.inject(stored, () => 'lose');
    await expectEnd(world, plane);
    expect(fault.hits()).toBe(1);
    expect((await plane.history()).filter((entry) => entry === 'CERTIFIED')).toHaveLength(1);
  });
});

describe('troubles that pass', () => {
  // Seeds of which each hits other calls: SDK, workflow, or the step's own second run make up for them.
  it.each([1, 2])('halt nothing and record nothing (seed %i)', async (seed) => {
    const plane = await world.plane();
    await plane.start(AT_ONCE);
    const undisturbed = await plane.history();

    const other = await world.plane();
    const troubles = passingTroubles({ seed, share: 0.05 });
    const fault = faults.inject({}, troubles.fateOf);
    await other.start(AT_ONCE);
    await untilNobodyWorks(other);
    expect(await other.history()).toEqual(undisturbed);
    await approveIfAsked(other);
    await untilNobodyWorks(other);
    fault.lift();
    expect(troubles.unanswered()).toBeGreaterThan(3);
    await expectEnd(world, other);
    expect(await other.history()).toHaveLength(9);
  });

  it('may last longer than the attempts that an SDK makes by itself', async () => {
    const plane = await world.plane();
    const busy = [
      faults.refuse({ by: 'deactivate', operation: 'UpdateItem', times: 8 }, ...DYNAMODB_BUSY),
      // The first to read the list of shards is the map, in one attempt.
      faults.refuse({ method: 'GET', url: /shards\.jsonl/, times: 1 }, ...S3_BUSY),
      faults.refuse({ by: 'archive-evict', url: /[?&]delete/, times: 4 }, ...S3_BUSY),
      faults.refuse({ by: 'purge', operation: 'DeleteItem', times: 8 }, ...DYNAMODB_BUSY),
      faults.refuse(
        { by: 'certificate', operation: 'Sign', times: 4 },
        'KMSInternalException',
        500,
      ),
    ];
    await plane.start(AT_ONCE);
    await untilNobodyWorks(plane);
    await approveIfAsked(plane);
    await untilNobodyWorks(plane);
    expect(busy.map(({ hits }) => hits())).toEqual([8, 1, 4, 8, 4]);
    await expectEnd(world, plane);
    expect(await plane.history()).toHaveLength(9);
  });
});

describe('the ledger', () => {
  it('is written by the recorder and by nobody else', async () => {
    const plane = await world.plane();
    await plane.start(AT_ONCE);
    const before = await plane.ledger();
    const TableName = world.cloud.physicalName('AWS::DynamoDB::', 'Ledger/Table');
    const Key = { planeId: { S: plane.planeId }, seq: { N: '1' } };
    const denied = { name: 'AccessDeniedException' };
    // As an administrator: a put without a condition would put another entry in the place of the first.
    for (const write of [
      new UpdateItemCommand({ TableName, Key, UpdateExpression: 'REMOVE actor' }),
      new DeleteItemCommand({ TableName, Key }),
      new PutItemCommand({ TableName, Item: Key }),
    ])
      await expect(dynamodb.send(write as DeleteItemCommand)).rejects.toMatchObject(denied);
    for (const name of LAMBDA_NAMES.filter((lambda) => lambda !== 'recorder')) {
      const role = world.cloud.resource('AWS::IAM::Role', `/${name}-function/`);
      const client = new DynamoDBClient({
        ...world.cloud.clientConfig(''),
        credentials: world.cloud.iam.issueCredentials(role.arn ?? ''),
      });
      const Item = { planeId: { S: plane.planeId }, seq: { N: '99' } };
      await expect(
        client.send(new PutItemCommand({ TableName, Item })),
        name,
      ).rejects.toMatchObject(denied);
    }
    expect(await plane.ledger()).toEqual(before);
    expect(await transitions(plane)).toHaveLength(3);
  });

  it.each([
    ['recorder', RECORDED_BY, foreignEntry],
    ['policy-gate', GATE_ASKED_BY, foreignQuestion],
  ] as const)(
    '%s is asked by each function for its own, in its own name, and by no other way',
    async (asked, askedBy, foreign) => {
      const plane = await world.plane();
      const before = await plane.ledger();
      const arn = world.cloud.resource('AWS::Lambda::Function', `/${asked}-function/`).arn ?? '';
      for (const name of LAMBDA_NAMES.filter((lambda) => lambda !== asked)) {
        const role = world.cloud.resource('AWS::IAM::Role', `/${name}-function/`);
        const lambda = new LambdaClient({
          ...world.cloud.clientConfig(''),
          credentials: world.cloud.iam.issueCredentials(role.arn ?? ''),
        });
        const ask = (FunctionName: string) =>
          lambda.send(new InvokeCommand({ FunctionName, Payload: foreign(plane, name) }));
        for (const other of [arn, ...Object.keys(askedBy).map((caller) => `${arn}:${caller}`)]) {
          if (other === `${arn}:${name}`) continue;
          await expect(ask(other), `${name} by ${other}`).rejects.toMatchObject({
            name: 'AccessDeniedException',
          });
        }
        if (!Object.hasOwn(askedBy, name)) continue;
        const { FunctionError, Payload } = await ask(`${arn}:${name}`);
        expect(FunctionError, name).toBe('Unhandled');
        expect(JSON.parse(Payload?.transformToString() ?? 'null')).toMatchObject({
          errorType: 'INVALID_STAGE_INPUT',
          errorMessage: expect.stringMatching(`^${name} may not ask for `),
        });
      }
      expect(await plane.ledger()).toEqual(before);
    },
  );
});
