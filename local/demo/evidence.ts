import { createHash, createPublicKey } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { compactVerify } from 'jose';
import { assertChain, type LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import type { Cloud } from '../cloud.ts';
import type { ApiClient } from '../signed-api.ts';
import type { Reporter } from './reporter.ts';

/** Reads the whole ledger through the API, checks its hash chain and prints it. */
export async function verifyLedger(
  report: Reporter,
  api: ApiClient,
  planeId: string,
): Promise<void> {
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
}

/** Verifies the certificate's signature with the public key alone, as an auditor would. */
export async function verifyCertificate(
  cloud: Cloud,
  report: Reporter,
  api: ApiClient,
  planeId: string,
): Promise<void> {
  const { status, body: jws } = await api.call('GET', `/planes/${planeId}/certificate`);
  report.check('a certificate was issued', status === 200, `HTTP ${status}`);
  if (status !== 200) return;
  const kms = new KMSClient(cloud.clientConfig('auditor'));
  const { PublicKey } = await kms.send(
    new GetPublicKeyCommand({ KeyId: cloud.physicalName('AWS::KMS::Key', 'Signing') }),
  );
  const key = createPublicKey({
    key: Buffer.from(PublicKey ?? new Uint8Array()),
    format: 'der',
    type: 'spki',
  });
  const verified = await compactVerify(jws, key).catch((error: Error) => error);
  report.check(
    'its signature verifies with the public key',
    !(verified instanceof Error),
    verified instanceof Error ? verified.message : String(verified.protectedHeader.alg),
  );
  if (verified instanceof Error) return;
  report.say(`certificate (SHA-256 ${createHash('sha256').update(jws).digest('hex')}) states:`);
  for (const line of JSON.stringify(
    JSON.parse(new TextDecoder().decode(verified.payload)),
    null,
    2,
  ).split('\n'))
    report.say(`  ${line}`);
}
