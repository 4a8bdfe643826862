import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { compactVerify } from 'jose';
import type { CertificateStatement } from '../../lambdas/core/certificate.ts';
import { assertChain, type LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { Cloud } from '../cloud.ts';
import type { ApiClient } from '../signed-api.ts';
import type { Reporter } from './reporter.ts';
import type { Stage } from './stage.ts';

/** Reads the whole ledger through the API, checks its hash chain and prints it. */
export async function verifyLedger(
  report: Reporter,
  api: ApiClient,
  planeId: string,
): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let nextToken: string | undefined;
  do {
    const query = nextToken ? `?nextToken=${encodeURIComponent(nextToken)}` : '';
    const { body } = await api.call('GET', `/planes/${planeId}/ledger${query}`);
    entries.push(...body.entries);
    nextToken = body.nextToken;
  } while (nextToken);
  report.table(
    'the ledger of handbook',
    entries.map((entry) => ({
      seq: entry.seq,
      at: entry.at.slice(0, 19),
      type: entry.type,
      state: entry.from === entry.to ? entry.to : `${entry.from} -> ${entry.to}`,
      actor: entry.actor.split(':').at(-1) ?? '',
      hash: entry.hash.slice(0, 12),
    })),
  );
  const broken = await assertChain(entries).then(
    () => undefined,
    (error: Error) => error.message,
  );
  report.check(
    'the hash chain of the ledger holds',
    broken === undefined,
    broken ?? `${entries.length} entries`,
  );
  report.check(
    'the refused approval is on record',
    entries.some((entry) => entry.type === 'BLOCKED' && entry.actor.endsWith('user/operator')),
  );
  report.check(
    'the plane is PURGED',
    entries.some((entry) => entry.to === 'PURGED'),
  );
  return entries;
}

/** Verifies the certificate with the public key alone, as an auditor would, and compares it with the ledger. */
export async function verifyCertificate(
  { cloud, report }: Stage,
  api: ApiClient,
  planeId: string,
  ledger: readonly LedgerEntry[],
): Promise<void> {
  const { status, body: jws } = await api.call('GET', `/planes/${planeId}/certificate`);
  report.check('a certificate was issued', status === 200, `HTTP ${status}`);
  if (status !== 200) return;
  const verified = await compactVerify(jws, await publicKey(cloud)).catch((error: Error) => error);
  report.check(
    'its signature verifies with the public key',
    !(verified instanceof Error),
    verified instanceof Error ? verified.message : String(verified.protectedHeader.alg),
  );
  if (verified instanceof Error) return;

  const statement: CertificateStatement = JSON.parse(new TextDecoder().decode(verified.payload));
  const { archive, destruction, verification, approvals, residualCopies } = statement;
  const purged = ledger.find((entry) => entry.to === 'PURGED');
  report.check(
    'it names the head of the ledger at the purge',
    statement.ledger.headHash === purged?.hash && statement.ledger.length === purged.seq,
    `entry ${statement.ledger.length}`,
  );
  report.check(
    'its second listing found nothing',
    verification.left === 0,
    `${verification.left} left`,
  );
  report.say(`the certificate, SHA-256 ${createHash('sha256').update(jws).digest('hex')}:`);
  report.say(`  archived   ${archive.objectCount} documents and items`);
  report.say(`             manifest ${archive.manifestHash}`);
  report.say(
    `  destroyed  ${destruction.recordsDeleted} records, ${destruction.bytesDeleted} bytes`,
  );
  report.say(`             scope ${destruction.scopeHash}`);
  for (const { approvedBy, reason } of approvals)
    report.say(`  approved   by ${approvedBy}: ${reason}`);
  for (const { what, kind, until } of residualCopies)
    report.say(`  remains    ${what} (${kind}) until ${until.slice(0, 10)}`);
  for (const what of statement.notExamined) report.say(`  not seen   ${what}`);
}

async function publicKey(cloud: Cloud): Promise<KeyObject> {
  const kms = new KMSClient(cloud.clientConfig('auditor'));
  const { PublicKey } = await kms.send(
    new GetPublicKeyCommand({ KeyId: cloud.physicalName('AWS::KMS::Key', 'Signing') }),
  );
  return createPublicKey({
    key: Buffer.from(PublicKey ?? new Uint8Array()),
    format: 'der',
    type: 'spki',
  });
}
