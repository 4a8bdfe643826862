import { spawn } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { calculateJwkThumbprint } from 'jose';
import { makeTemporaryFolder } from '../../command/temporary-folder.ts';
import type { CertificateStatement } from '../../lambdas/core/certificate.ts';
import { assertChain, type LedgerEntry } from '../../lambdas/core/ledger-entry.ts';
import { listVersions } from '../../lambdas/stores/s3-versions.ts';
import type { Cloud } from '../cloud.ts';
import type { ApiClient } from '../signed-api.ts';
import type { Reporter } from './reporter.ts';
import type { Stage } from './stage.ts';

async function readLedger(api: ApiClient, planeId: string): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  let nextToken: string | undefined;
  do {
    const query = nextToken ? `?nextToken=${encodeURIComponent(nextToken)}` : '';
    const { body } = await api.call('GET', `/planes/${planeId}/ledger${query}`);
    entries.push(...body.entries);
    nextToken = body.nextToken;
  } while (nextToken);
  return entries;
}

/** Reads the whole ledger through the API, checks its hash chain and prints it. */
export async function verifyLedger(
  report: Reporter,
  api: ApiClient,
  planeId: string,
): Promise<readonly LedgerEntry[]> {
  const entries = await readLedger(api, planeId);
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
  const held = entries
    .map(({ type }) => type)
    .filter((type) => ['HOLD_PLACED', 'HALTED', 'HOLD_RELEASED'].includes(type));
  report.check(
    'so is the hold, with the purge that it has stopped',
    held.join() === 'HOLD_PLACED,HALTED,HOLD_RELEASED',
    held.join(', '),
  );
  report.check(
    'the plane is PURGED',
    entries.some((entry) => entry.to === 'PURGED'),
  );
  return entries;
}

/** Shows what the certificate says, held against the ledger. Whether it is genuine is for the verifier to say. */
export async function showCertificate(
  { report }: Stage,
  api: ApiClient,
  planeId: string,
  ledger: readonly LedgerEntry[],
): Promise<void> {
  const { status, body: jws } = await api.call('GET', `/planes/${planeId}/certificate`);
  report.check('a certificate was issued', status === 200, `HTTP ${status}`);
  if (status !== 200) return;
  const statement: CertificateStatement = JSON.parse(
    Buffer.from(String(jws).split('.')[1] ?? '', 'base64url').toString('utf8'),
  );
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
  for (const { approvedBy, approvedAt } of approvals)
    report.say(`  approved   by ${approvedBy} at ${approvedAt}`);
  for (const { what, kind, until } of residualCopies)
    report.say(`  remains    ${what} (${kind}) until ${until.slice(0, 10)}`);
  for (const what of statement.notExamined) report.say(`  not seen   ${what}`);
}

/** Downloads what an auditor would, and lets the offline verifier judge it: a process of its own that knows nothing but these files. */
export async function verifyOffline(
  { cloud, report }: Stage,
  api: ApiClient,
  planeId: string,
): Promise<void> {
  await using evidence = await makeTemporaryFolder('evidence');
  const folder = evidence.path;
  const save = (name: string, text: string) => writeFile(path.join(folder, name), text);
  for (const phase of ['executed', 'final']) {
    const { status, body } = await api.call('GET', `/planes/${planeId}/certificate?phase=${phase}`);
    report.check(`the ${phase} certificate is there`, status === 200, `HTTP ${status}`);
    if (status !== 200) return;
    await save(`${phase}.jws`, body);
  }
  await save('ledger.json', JSON.stringify(await readLedger(api, planeId)));
  await save('keys.json', JSON.stringify((await api.call('GET', '/keys')).body));
  await mkdir(path.join(folder, 'checkpoints'));
  for await (const { name, text } of checkpoints(cloud)) await save(name, text);
  const { lines, exitCode } = await runVerifier(folder, await signingKeyThumbprint(cloud));
  for (const line of lines) report.say(`  ${line}`);
  report.check('the verifier finds nothing wrong', exitCode === 0, `exit code ${exitCode}`);
}

/** Version by version, of each the newest first: what was signed first is what stays. */
async function* checkpoints(cloud: Cloud): AsyncGenerator<{ name: string; text: string }> {
  const s3 = new S3Client(cloud.clientConfig('auditor'));
  const Bucket = cloud.physicalName('AWS::S3::Bucket', 'Evidence/Bucket/Resource');
  for await (const page of listVersions(s3, { bucket: Bucket, prefix: 'checkpoints/' }))
    for (const { kind, key: Key, versionId: VersionId } of page) {
      if (kind !== 'object') continue;
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      yield { name: Key, text: (await Body?.transformToString()) ?? '' };
    }
}

/** Not from the API, which could answer any key: from whoever may ask KMS. */
async function signingKeyThumbprint(cloud: Cloud): Promise<string> {
  const KeyId = cloud.physicalName('AWS::KMS::Key', 'Evidence/SigningKey');
  const kms = new KMSClient(cloud.clientConfig('administrator'));
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  const key = Buffer.from(PublicKey ?? []);
  return await calculateJwkThumbprint(createPublicKey({ key, format: 'der', type: 'spki' }));
}

async function runVerifier(
  folder: string,
  thumbprint: string,
): Promise<{ readonly lines: readonly string[]; readonly exitCode: number | null }> {
  const file = (name: string) => path.join(folder, name);
  const verifier = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('../../verify/main.ts', import.meta.url)),
      ...[file('executed.jws'), '--final', file('final.jws'), '--keys', file('keys.json')],
      ...['--ledger', file('ledger.json'), '--checkpoints', file('checkpoints')],
      ...['--thumbprint', thumbprint],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const closed = once(verifier, 'close');
  const output = await text(verifier.stdout);
  const [exitCode] = await closed;
  return { lines: output.trimEnd().split('\n'), exitCode };
}
