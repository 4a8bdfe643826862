import type { InitializeMiddleware, MiddlewareStack } from '@smithy/types';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenPartition } from '../../lambdas/access/token-partition.ts';
import { ledgerAppender, ledgerReader } from '../../lambdas/adapters/ledger-table.ts';
import { planeProjection, planeReader } from '../../lambdas/adapters/registry-table.ts';
import { isOffboardingError } from '../../lambdas/core/errors.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { createDeactivate } from '../../lambdas/deactivate/deactivate.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import { runStage } from '../../lambdas/run-stage.ts';
import { storeFor } from '../../lambdas/stores/open-store.ts';
import { SMALL_LIMITS } from '../support/archive-world.ts';
import {
  APPROVER,
  invocationOf,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  TIMES,
} from '../support/builders.ts';
import { arrange, fillStores, fillVault, look, TABLES } from '../support/crash-plane.ts';
import { fakeUsage } from '../support/fake-usage.ts';
import {
  type Clients,
  type FaultyServices,
  startFaultyServices,
} from '../support/faulty-services.ts';
import { deregistered, gatePassed, JOURNEYS, ledgerOf } from '../support/ledgers.ts';
import { productStages } from '../support/product-stages.ts';
import { recordingLog } from '../support/recording-log.ts';

/** As many records a batch as in production, and one batch after the other. */
const LIMITS = { ...SMALL_LIMITS, evictBatch: 1000, evictionsAtOnce: 1 };

/** With how many calls before the first removal to begin. */
const CALLS_AHEAD = 4;

let services: FaultyServices;
beforeAll(async () => {
  services = await startFaultyServices(TABLES);
  watch(services.product);
});
afterAll(() => services.close());

/** What the product has sent since it could know of the hold, and what of that takes something away. */
const seen = { hold: false, tooLate: [] as string[], firstRemoval: 0 };

interface Sent {
  readonly TableName?: string;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
}

function isDestructive(command: string, { TableName, ExpressionAttributeValues = {} }: Sent) {
  if (command === 'UpdateItemCommand')
    return (
      TableName === 'tokens' ||
      Object.values(ExpressionAttributeValues).some(({ S }) => S === 'scrubbed')
    );
  return /^(Delete|Abort)/.test(command);
}

/** Looks over the shoulder of the product's clients. */
function watch(clients: Clients): void {
  const look: InitializeMiddleware<object, object> =
    (next, { commandName = '' }) =>
    async (args) => {
      const input: Sent = args.input;
      const removes = isDestructive(commandName, input);
      if (removes) seen.firstRemoval = Math.min(seen.firstRemoval, services.calls() + 1);
      if (removes && seen.hold) seen.tooLate.push(commandName);
      const result = await next(args);
      const { Items = [] } = result.output as { Items?: Record<string, { S?: string }>[] };
      if (input.TableName === 'ledger' && Items.some(({ type }) => type?.S === 'HOLD_PLACED'))
        seen.hold = true;
      return result;
    };
  for (const { middlewareStack } of Object.values(clients))
    (middlewareStack as MiddlewareStack<object, object>).add(look, { step: 'initialize' });
}

function recordHold(type: 'HOLD_PLACED' | 'HOLD_RELEASED'): Promise<LedgerEntry> {
  const { dynamodb } = services.bystander;
  return createRecorder({
    ledger: { ...ledgerReader(dynamodb, 'ledger'), ...ledgerAppender(dynamodb, 'ledger') },
    planes: { ...planeReader(dynamodb, 'registry'), ...planeProjection(dynamodb, 'registry') },
    now: () => new Date(TIMES.purged),
    log: recordingLog(),
  }).record({
    planeId: PLANE_ID,
    offboardingId: null,
    type,
    actor: APPROVER,
    reason: 'litigation',
    data: { reference: 'case-1' },
    idempotencyKey: type,
  });
}

/** What is left of the world, without what a hold leaves in the ledger. */
async function outcome() {
  const { ledger, registry, ...world } = await look(services.bystander);
  const { data = {}, ...last } = ledger.findLast(({ type }) => type === 'TRANSITION') ?? {};
  return {
    ...world,
    registry: registry.map(({ ledgerSeq: _, ...record }) => record),
    to: 'to' in last ? last.to : undefined,
    counts: Object.entries(data).filter(([, value]) => typeof value === 'number'),
  };
}

interface Scene {
  start(): Promise<void>;
  work(clients: Clients, remainingMs: () => number): Promise<void>;
}

/**
 * Places a hold before each AWS call of the work in turn, from shortly before the first removal. From the first look into the ledger on, nothing is taken away;
 * after the release, the work ends as if there had been no hold.
 * @returns how many of the calls were stopped
 */
async function holdBeforeEveryCall({ start, work }: Scene): Promise<number> {
  await start();
  services.faults(() => 'proceed');
  seen.firstRemoval = Number.POSITIVE_INFINITY;
  await work(services.product, ticking());
  const { firstRemoval } = seen;
  const undisturbed = await outcome();
  let stopped = 0;
  // Before that, one call is like another: what they do is no concern of a hold.
  for (let held = Math.max(1, firstRemoval - CALLS_AHEAD); ; held += 1) {
    await start();
    let isPlaced = false;
    let isPurged = false;
    Object.assign(seen, { hold: false, tooLate: [] });
    services.faults((_call, number) => {
      if (number !== held) return 'proceed';
      isPlaced = true;
      return {
        after: recordHold('HOLD_PLACED').catch((refusal: unknown) => {
          if (!isOffboardingError(refusal, 'ILLEGAL_TRANSITION')) throw refusal;
          isPurged = true;
        }),
      };
    });
    const error = await work(services.product, ticking()).catch((thrown: unknown) => thrown);
    if (!isPlaced || isPurged) return stopped;
    expect(seen.tooLate, `held before call ${held}`).toEqual([]);
    if (error !== undefined) {
      expect(error, `held before call ${held}`).toMatchObject({ name: 'LEGAL_HOLD' });
      stopped += 1;
    }
    await recordHold('HOLD_RELEASED');
    seen.hold = false;
    services.faults(() => 'proceed');
    if (error !== undefined) await work(services.product, ticking());
    expect(await outcome(), `held before call ${held}`).toEqual(undisturbed);
  }
}

/** Each look at the clock is five seconds later, so the ledger is asked whenever it may be. */
function ticking(): () => number {
  let remainingMs = 900_000;
  return () => {
    remainingMs -= remainingMs > 200_000 ? 5_000 : 0;
    return remainingMs;
  };
}

describe('a hold that is placed before any AWS call', () => {
  test('of the deactivation leaves the tokens that are not revoked yet', async () => {
    const committed = await ledgerOf(deregistered(), gatePassed('DEACTIVATED'));
    const stopped = await holdBeforeEveryCall({
      start: () => arrange(services, committed),
      async work({ s3, dynamodb }, remainingMs) {
        const ledger = ledgerReader(dynamodb, 'ledger');
        const deactivate = createDeactivate({
          ledger,
          usage: fakeUsage(),
          storeFor: storeFor({ s3, dynamodb }),
          accessPointFor: (descriptor) => {
            if (descriptor.kind !== 'token-partition') throw new Error('has tokens only');
            return tokenPartition(dynamodb, descriptor);
          },
        });
        await runStage(deactivate, {
          ledger,
          planes: planeReader(dynamodb, 'registry'),
          now: () => new Date(TIMES.graceEnd),
          log: recordingLog(),
        })(
          { planeId: PLANE_ID, offboardingId: OFFBOARDING_ID, request: offboardingRequest() },
          invocationOf(remainingMs),
        );
      },
    });
    expect(stopped).toBeGreaterThan(3);
  });

  test('of the archive copies, and evicts nothing more', async () => {
    const deactivated = await ledgerOf(...JOURNEYS.DEACTIVATED);
    const stopped = await holdBeforeEveryCall({
      async start() {
        await arrange(services, deactivated);
        await fillStores(services.bystander);
      },
      work: (clients, remainingMs) => productStages(clients, LIMITS, remainingMs).archive(),
    });
    expect(stopped).toBeGreaterThan(8);
  }, 300_000);

  test('of the purge destroys nothing more: neither data nor claims, schedule or record', async () => {
    await arrange(services, await ledgerOf(...JOURNEYS.ARCHIVED));
    await fillVault(services.bystander);
    const approver = productStages(services.bystander, LIMITS);
    await approver.approve();
    const approved = await approver.readLedger();
    const stopped = await holdBeforeEveryCall({
      async start() {
        await arrange(services, approved);
        await fillVault(services.bystander);
      },
      work: (clients, remainingMs) => productStages(clients, LIMITS, remainingMs).purge(),
    });
    expect(stopped).toBeGreaterThan(40);
  }, 300_000);
});
