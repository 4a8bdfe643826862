import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { UsageError } from '../command/usage-error.ts';
import { ledgerReader } from '../lambdas/adapters/ledger-table.ts';
import type { Now } from '../lambdas/ports.ts';
import { parseArguments, type RestoreArguments, USAGE } from './arguments.ts';
import type { FreeBytes } from './assert-room.ts';
import type { CopyWork } from './await-copies.ts';
import { bagFiles, countedFiles } from './bag-files.ts';
import { assertClaimable } from './claim-folder.ts';
import { findBag } from './find-bag.ts';
import { type Bag, openBag } from './open-bag.ts';
import { createReporter, type Reporter, sizeText } from './reporter.ts';
import { restoreDocument } from './restore-document.ts';
import { type PlaneOutcome, restorePlane } from './restore-plane.ts';

/** Bytes arrive all the time; what they are good for is said before that, unless it is one large file. */
const BYTES_AFTER_MS = 15_000;

export interface RestorePorts {
  readonly s3: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly now: Now;
  readonly pause: (ms: number) => Promise<void>;
  readonly freeBytes: FreeBytes;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Progress, and why it did not work. */
  readonly stderr: (text: string) => void;
}

/** `not-yet`: S3 has not made everything readable, and nobody wanted to wait. */
export const EXIT = { done: 0, failed: 1, usage: 2, 'not-yet': 3 } as const;
export type Ending = keyof typeof EXIT;

/** The whole command. Never throws: what went wrong is one sentence on standard error. */
export async function restore(argv: readonly string[], ports: RestorePorts): Promise<Ending> {
  try {
    const wanted = parseArguments(argv, ports.environment);
    if (!wanted) {
      ports.stdout(`${USAGE}\n`);
      return 'done';
    }
    return await run(wanted, ports);
  } catch (error) {
    if (error instanceof UsageError) {
      ports.stderr(`restore: ${error.message}\n\n${USAGE}\n`);
      return 'usage';
    }
    ports.stderr(`restore: ${sentence(error)}\n`);
    return 'failed';
  }
}

async function run(wanted: RestoreArguments, ports: RestorePorts): Promise<Ending> {
  const { planeId, folder, document, tier, days, wait } = wanted;
  const { now, pause, freeBytes } = ports;
  const reporter = createReporter(ports.stderr, now);
  const place = await findBag(ledgerReader(ports.dynamodb, wanted.ledgerTable), wanted);
  if (place.purgeBegun)
    reporter.say(`the purge of ${planeId} has been allowed: parts of its archive may be gone`);
  if (place.archive.tagManifestHash === undefined)
    reporter.say(
      `the ledger of ${planeId} vouches for the payloads, but not for the index: it was archived before the index had a hash there`,
    );
  const files = countedFiles(bagFiles(ports.s3, place), (bytes) =>
    reporter.progress(() => `read ${sizeText(bytes)} of the archive so far`, BYTES_AFTER_MS),
  );
  const bag = await openBag(files, place.archive);
  await assertClaimable(folder, bag);
  const copies = { files, tier, days, wait, now, pause, freeBytes, reporter };
  return document
    ? oneDocument(bag, document, folder, copies, ports)
    : everything(await restorePlane(bag, place.archive, folder, copies), folder, reporter, ports);
}

async function oneDocument(
  bag: Bag,
  document: NonNullable<RestoreArguments['document']>,
  folder: string,
  copies: CopyWork,
  { stdout }: RestorePorts,
): Promise<Ending> {
  const file = await restoreDocument(bag, document, folder, copies);
  if (file === undefined) return notYet(copies.reporter, 1);
  stdout(`${file}\n`);
  return 'done';
}

function everything(
  outcome: PlaneOutcome,
  folder: string,
  reporter: Reporter,
  { stdout }: RestorePorts,
): Ending {
  const { damages, objectCount, deleteMarkerCount, restored, restoredBytes } = outcome;
  for (const { message } of damages) reporter.say(`damaged: ${message}`);
  if (outcome.notYet > 0) return notYet(reporter, outcome.notYet);
  const withheld = new Set(damages.flatMap((damage) => damage.withheld)).size;
  stdout(
    `${folder}: ${objectCount} object(s) in the archive and ${deleteMarkerCount} delete marker(s); ` +
      `${restored} object(s) of ${sizeText(restoredBytes)} restored now, ${withheld} file(s) withheld\n`,
  );
  if (damages.length === 0) return 'done';
  reporter.say(`restore: ${damages.length} damage(s) found; what is not damaged was restored`);
  return 'failed';
}

function notYet(reporter: Reporter, payloads: number): Ending {
  reporter.say(
    `not yet: S3 has not made ${payloads} payload(s) readable; the same command goes on later`,
  );
  return 'not-yet';
}

/** An error as one line, whoever raised it. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n');
  return line === '' ? error.name : line;
}
