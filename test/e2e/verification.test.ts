import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World, type WorldPlane } from '../support/offboarding-world.ts';

const PROJECT = join(import.meta.dirname, '../..');
const TOOLS = ['bash', 'curl', 'jq', 'openssl', 'sha256sum', 'base64', 'xxd', 'npm'];
const run = promisify(execFile);

function readPage(document: string): string {
  return readFileSync(join(PROJECT, 'docs', document), 'utf8');
}

/** The shell that an auditor runs: what is indented of a page, all of it, in its order. */
function shellOf(document: string): string {
  return readPage(document)
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.slice(4))
    .join('\n');
}

describe('an auditor', () => {
  let world: World;
  let plane: WorldPlane;

  beforeAll(async () => {
    for (const tool of TOOLS)
      await run('which', [tool]).catch(() => {
        throw new Error(`docs/verification.md needs ${tool}, which is not on this machine`);
      });
    world = await startWorld();
    plane = await world.plane();
    await world.plane();
    await plane.start({ gracePeriodDays: 1, retentionDays: 1 });
    await world.cloud.clock.advanceBy({ days: 3 });
    await plane.decide('approver', 'approve');
    expect(await plane.status()).toBe('PURGED');
    // One execution's history is what is kept longest in this environment: 91 days.
    await world.cloud.clock.advanceBy({ days: 93 });
  }, 300_000);
  afterAll(() => world.close());

  /** Not from the API: from whoever may ask KMS. */
  const publicKey = async () => {
    const KeyId = world.cloud.physicalName('AWS::KMS::Key', 'Evidence/SigningKey');
    const kms = new KMSClient(world.cloud.clientConfig('administrator'));
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    return Buffer.from(PublicKey ?? []);
  };
  const thumbprintOfKey = async () =>
    calculateJwkThumbprint(
      createPublicKey({ key: await publicKey(), format: 'der', type: 'spki' }),
    );

  const shell = async (more = '') =>
    run('bash', ['-c', `${shellOf('verification.md')}\n${more}`], {
      cwd: PROJECT,
      maxBuffer: 2 ** 26,
      env: {
        ...process.env,
        API: world.cloud.apiUrl,
        REGION: 'us-east-1',
        PLANE: plane.planeId,
        THUMBPRINT: await thumbprintOfKey(),
        S3: world.cloud.endpointUrl.replace(/\/$/, ''),
        EVIDENCE_BUCKET: world.cloud.physicalName('AWS::S3::Bucket', 'Evidence/Bucket/Resource'),
        AWS_ACCESS_KEY_ID: 'auditor',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    });

  it('can follow docs/verification.md word by word', async () => {
    const forge = `echo '--- forged'
      sed -i '3s/"seq":3/"seq":33/' "$EVIDENCE/ledger.jsonl"
      npm run --silent verify -- "$EVIDENCE/certificate.jws" --ledger "$EVIDENCE/ledger.jsonl" || echo "ended with $?"`;
    const [stdout = '', forged] = (await shell(forge)).stdout.split('--- forged');
    expect(forged).toContain('FAIL         ledger entry 3: its content is not what its hash says');
    expect(forged).toContain('ended with 1');
    expect(stdout).toContain('Everything that was checked holds.');
    expect(stdout).not.toContain('FAIL');
    expect(stdout).not.toContain('is hidden by a delete marker');
    // The first and the last of the days that each jump of the clock passes, and one with each of the two certificates.
    expect(stdout).toContain('checkpoints: 6, signed, without a gap');
    expect(stdout).not.toContain('not checked');
    expect(stdout).toContain('6 checkpoints, the final certificate; its thumbprint was given');
    expect(stdout).toContain('ok   the key has the thumbprint that you were given');
    expect(stdout).toContain('ok   signature of certificate.jws');
    expect(stdout).toContain('ok   signature of final.jws');
    expect(stdout).toContain('ok   their reasons have the hashes that the certificate has');
    expect(stdout).toContain('ok   ledger entry 10');
    expect(stdout).toMatch(/ok {3}checkpoint 000000\d\d\.jws has seen this ledger/);
  }, 300_000);

  it('has the thumbprint from whoever deployed the product, by the command on the page', async () => {
    const [, command = ''] = readPage('verification.md').match(/```bash\n(.+?)```/s) ?? [];
    const aws = `aws() { echo '${(await publicKey()).toString('base64')}'; }`;
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', `${aws}\n${command}`], {
      env: { ...process.env, SIGNING_KEY: 'the output SigningKeyArn' },
    });
    expect(stdout).toBe(await thumbprintOfKey());
  });

  it('finds every checkpoint: no administrator can hide one or write another over it', async () => {
    const s3 = new S3Client(world.cloud.clientConfig('administrator'));
    const Bucket = world.cloud.physicalName('AWS::S3::Bucket', 'Evidence/Bucket/Resource');
    const Key = 'checkpoints/00000002.jws';
    const denied = { name: 'AccessDenied' };
    await expect(s3.send(new DeleteObjectCommand({ Bucket, Key }))).rejects.toMatchObject(denied);
    await expect(
      s3.send(new PutObjectCommand({ Bucket, Key, Body: 'another' })),
    ).rejects.toMatchObject(denied);
  });

  it('gets a final certificate once, when nothing remains', async () => {
    const history = await plane.history();
    expect(history.slice(-3)).toEqual(['ARCHIVED->PURGED', 'CERTIFIED', 'CERTIFIED']);
    const [executed, final] = (await plane.ledger()).slice(-2);
    const days = (Date.parse(final?.at ?? '') - Date.parse(executed?.at ?? '')) / 86_400_000;
    expect(days).toBeCloseTo(91, 2);
  });
});
