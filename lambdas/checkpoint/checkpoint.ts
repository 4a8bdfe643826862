import { compactVerify, importJWK } from 'jose';
import { signStatement } from '../certificate/sign-statement.ts';
import type { Signer } from '../certificate/signer.ts';
import { sha256Hex } from '../core/canonical.ts';
import {
  buildCheckpoint,
  type CheckpointStatement,
  type Contradiction,
  type LastCheckpoint,
  type LedgerHead,
} from '../core/checkpoint.ts';
import { OffboardingError } from '../core/errors.ts';
import type { Now } from '../ports.ts';
import { inParallel } from '../stores/in-parallel.ts';
import { findContradictions } from './find-contradictions.ts';
import type { CheckpointArchive, LedgerHeads, PlaneIds, StoredChain } from './ports.ts';

export interface CheckpointPorts {
  readonly planes: PlaneIds;
  readonly heads: LedgerHeads;
  readonly checkpoints: CheckpointArchive;
  readonly signer: Signer;
  readonly now: Now;
}

export interface CheckpointSummary {
  readonly number: number;
  readonly planes: number;
  readonly entries: number;
}

/** Below the SDK's 50 sockets. */
const HEADS_AT_ONCE = 16;
/** Each lost race means that somebody else has written a checkpoint in this very moment. */
const RACES = 5;

/**
 * Signs what all ledgers are now and chains it to the checkpoint before. Of two runs at once one writes, and the other one after it:
 * they make one chain. Memory holds one line a plane, some 150 bytes.
 * @throws OffboardingError `LEDGER_CORRUPT` when a ledger contradicts the checkpoint before, after that has been written down, and when
 * somebody has laid something over a checkpoint: the chain goes on from what lies under it
 */
export function createCheckpoint(ports: CheckpointPorts) {
  return async (): Promise<CheckpointSummary> => {
    for (let race = 0; race < RACES; race += 1) {
      const chain = await ports.checkpoints.read();
      const last = await verifyLast(chain, ports.signer);
      const heads = await readHeads(ports, last);
      const contradictions = await findContradictions(
        ports.heads,
        last?.statement.planes ?? [],
        heads,
      );
      const statement = buildCheckpoint(heads, contradictions, { last, at: ports.now() });
      const { jws } = await signStatement(statement, 'ledger-checkpoint+json', ports.signer);
      if (!(await ports.checkpoints.writeOnce(statement.number, jws))) continue;
      assertNoContradiction(statement.number, contradictions, chain);
      return { number: statement.number, ...statement.totals };
    }
    throw new OffboardingError('LEDGER_CONTENTION', `${RACES} checkpoints were written meanwhile`);
  };
}

/** @throws OffboardingError `LEDGER_CORRUPT` when the last checkpoint is not signed by our key or not in its place */
async function verifyLast(
  { last }: StoredChain,
  signer: Signer,
): Promise<LastCheckpoint | undefined> {
  if (!last) return undefined;
  const { number, jws } = last;
  const key = await importJWK(await signer.publicKey(), 'ES256');
  const corrupt = (why: string, cause?: unknown) =>
    new OffboardingError('LEDGER_CORRUPT', `checkpoint ${number} ${why}`, { cause });
  const { payload } = await compactVerify(jws, key).catch((cause: unknown) => {
    throw corrupt('is not signed by our key', cause);
  });
  const statement: CheckpointStatement = JSON.parse(new TextDecoder().decode(payload));
  if (statement.number !== number) throw corrupt(`says that it is number ${statement.number}`);
  return { statement, hash: await sha256Hex(jws) };
}

/** Of every plane in the registry, and of those that a checkpoint knows and the registry does not. */
async function readHeads(
  { planes, heads }: CheckpointPorts,
  last: LastCheckpoint | undefined,
): Promise<readonly LedgerHead[]> {
  const missing = new Set((last?.statement.planes ?? []).map(({ planeId }) => planeId));
  const found: LedgerHead[] = [];
  const readAll = async (ids: readonly string[]) => {
    found.push(...(await inParallel(ids, HEADS_AT_ONCE, (planeId) => heads.head(planeId))));
  };
  for await (const page of planes.pages()) {
    for (const planeId of page) missing.delete(planeId);
    await readAll(page);
  }
  await readAll([...missing]);
  return found;
}

function assertNoContradiction(
  number: number,
  contradictions: readonly Contradiction[],
  { tampered }: StoredChain,
): void {
  const faults: string[] = [];
  if (contradictions.length > 0) {
    const ids = contradictions.map(({ planeId }) => planeId);
    faults.push(
      `${ids.length} ledgers contradict the checkpoint before, see contradictions of checkpoint ${number}: ${firstOf(ids)}`,
    );
  }
  if (tampered.length > 0)
    faults.push(
      `${tampered.length} checkpoints have a delete marker or a second version laid over them: ${firstOf(tampered)}`,
    );
  if (faults.length > 0)
    throw new OffboardingError('LEDGER_CORRUPT', faults.join('; '), {
      details: { number, contradictions, tampered },
    });
}

function firstOf(names: readonly string[]): string {
  return names.slice(0, 20).join(', ');
}
