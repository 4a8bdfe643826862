import { storeClaims } from '../../lambdas/adapters/claims-table.ts';
import { copyInquiry } from '../../lambdas/adapters/copy-inquiry.ts';
import { ledgerAppender, ledgerReader } from '../../lambdas/adapters/ledger-table.ts';
import { purgeJournal } from '../../lambdas/adapters/purge-journal.ts';
import { eraseDecision, erasePurgeSchedule } from '../../lambdas/adapters/purge-traces.ts';
import { planeProjection, planeReader } from '../../lambdas/adapters/registry-table.ts';
import { createEvict } from '../../lambdas/archive/evict.ts';
import { createPack } from '../../lambdas/archive/pack.ts';
import { createPlan } from '../../lambdas/archive/plan.ts';
import { createSeal } from '../../lambdas/archive/seal.ts';
import { vaultBucket } from '../../lambdas/archive/vault.ts';
import type { StageHandler } from '../../lambdas/contract.ts';
import type { ArchiveLimits } from '../../lambdas/core/archive-limits.ts';
import { parseShards } from '../../lambdas/core/archive-plan.ts';
import { isOffboardingError } from '../../lambdas/core/errors.ts';
import { foldLedger } from '../../lambdas/core/fold-ledger.ts';
import type { LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { RecordCommand } from '../../lambdas/core/ledger-rules.ts';
import { isTombstone } from '../../lambdas/core/plane.ts';
import { scopeHash } from '../../lambdas/core/scope.ts';
import { measureScope } from '../../lambdas/purge/measure-scope.ts';
import { createPurge } from '../../lambdas/purge/purge.ts';
import { createRecorder } from '../../lambdas/recorder/recorder.ts';
import { runStage, type StageOutput } from '../../lambdas/run-stage.ts';
import { storeFor } from '../../lambdas/stores/open-store.ts';
import { readerFor } from '../../lambdas/stores/record-reader.ts';
import {
  APPROVER,
  invocationOf,
  OFFBOARDING_ID,
  offboardingRequest,
  PLANE_ID,
  REQUESTER,
  TIMES,
} from './builders.ts';
import type { TableKey } from './dynalite-tables.ts';
import type { Clients, Tables } from './faulty-services.ts';
import { recordingLog } from './recording-log.ts';

export const VAULT = 'vault';

const text = (name: string): TableKey => ({ name, type: 'S' });

/** Tables of the product, with their keys. */
export const PRODUCT_TABLES: Tables = {
  ledger: [text('planeId'), { name: 'seq', type: 'N' }],
  registry: [text('planeId')],
  usage: [text('planeId'), text('usageId')],
  decisions: [text('planeId')],
  claims: [text('resource'), text('scope')],
};

/** The archive and the purge in this process, in the order in which the state machine runs them. */
export interface ProductStages {
  /** From DEACTIVATED to ARCHIVED, or from wherever an earlier run stopped. */
  archive(): Promise<void>;
  /** From an approved purge to PURGED, or from wherever an earlier run stopped. */
  purge(): Promise<void>;
  /** Measures the scope, and puts its approval on record. */
  approve(): Promise<void>;
  readLedger(): Promise<readonly LedgerEntry[]>;
}

/** @param delayMs how much later than in round times everything happens */
export function productStages(
  { s3, documents, dynamodb, scheduler }: Clients,
  limits: ArchiveLimits,
  remainingMs: () => number = () => 900_000,
  delayMs = 0,
): ProductStages {
  const log = recordingLog();
  const clock = (at: string) => () => new Date(Date.parse(at) + delayMs);
  const open = storeFor({ s3, dynamodb });
  const vault = vaultBucket(s3, VAULT);
  const ledger = { ...ledgerReader(dynamodb, 'ledger'), ...ledgerAppender(dynamodb, 'ledger') };
  const planes = { ...planeReader(dynamodb, 'registry'), ...planeProjection(dynamodb, 'registry') };
  const archivePorts = { s3, vault, storeFor: open, limits };
  const scopePorts = { storeFor: open, vaultBucket: VAULT, usageTable: 'usage' };
  const purge = createPurge({
    ...scopePorts,
    ledger,
    journal: purgeJournal(dynamodb, 'registry'),
    eraseDecision: eraseDecision(dynamodb, 'decisions'),
    eraseSchedule: erasePurgeSchedule(scheduler, 'default'),
    copies: copyInquiry({ s3, dynamodb }),
    releaseClaims: storeClaims(dynamodb, 'claims').release,
  });

  /** Calls a step again while it makes progress, as the state machine does. */
  const run = async <Data extends object>(
    handler: StageHandler<Data>,
    at: string,
    input = {},
  ): Promise<StageOutput<Data>> => {
    const stage = runStage(handler, { ledger, planes, now: clock(at), log });
    const event = {
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      request: offboardingRequest(),
      input,
    };
    for (;;)
      try {
        return await stage(event, invocationOf(remainingMs));
      } catch (error) {
        if (!isOffboardingError(error, 'STAGE_PENDING')) throw error;
      }
  };
  const record = (at: string, command: Pick<RecordCommand, 'type'> & Partial<RecordCommand>) =>
    createRecorder({ ledger, planes, now: clock(at), log }).record({
      planeId: PLANE_ID,
      offboardingId: OFFBOARDING_ID,
      actor: 'workflow',
      reason: null,
      data: {},
      idempotencyKey: `${command.type} ${command.to ?? ''}`,
      ...command,
    });
  const state = async () => foldLedger(await ledger.read(PLANE_ID));

  return {
    async archive() {
      let data: object = {};
      if ((await state()).lifecycleState === 'DEACTIVATED') {
        const { data: plan } = await run(createPlan(archivePorts), TIMES.archived);
        const pack = createPack({
          ...archivePorts,
          readerFor: readerFor({ s3: documents, dynamodb }),
          storageClass: 'DEEP_ARCHIVE',
        });
        for (const shard of parseShards((await vault.readText(plan.shardsKey)) ?? ''))
          await run(pack, TIMES.archived, { shard, attempt: 'attempt-1' });
        await run(createSeal(archivePorts), TIMES.archived);
        const evict = createEvict({ ...archivePorts, ledger, retentionFloorDays: 0 });
        ({ data } = await run(evict, TIMES.archived));
      }
      await record(TIMES.archived, { type: 'TRANSITION', to: 'ARCHIVED', data: { ...data } });
    },
    async purge() {
      let data: object = {};
      if ((await state()).lifecycleState === 'ARCHIVED')
        ({ data } = await run(purge, TIMES.purged));
      await record(TIMES.purged, { type: 'TRANSITION', to: 'PURGED', data: { ...data } });
    },
    async approve() {
      const plane = await planes.read(PLANE_ID);
      if (!plane || isTombstone(plane)) throw new Error('there is no plane');
      const measured = await measureScope(scopePorts)(plane, await state());
      if (!('scope' in measured)) throw new Error('there was time enough');
      const hash = await scopeHash(measured.scope);
      const asked = {
        scopeHash: hash,
        scope: measured.scope,
        requestedBy: [REQUESTER],
        expiresAt: TIMES.approvalExpires,
      };
      await record(TIMES.retentionUntil, {
        type: 'APPROVAL_REQUESTED',
        data: JSON.parse(JSON.stringify(asked)),
      });
      await record(TIMES.approved, {
        type: 'APPROVED',
        actor: APPROVER,
        reason: 'nothing is needed any more',
        data: { scopeHash: hash },
      });
      await record(TIMES.approved, { type: 'GATE_PASSED', data: { transition: 'PURGED' } });
    },
    readLedger: () => ledger.read(PLANE_ID),
  };
}
