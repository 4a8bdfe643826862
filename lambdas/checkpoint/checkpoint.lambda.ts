import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { checkpointsBucket } from '../adapters/checkpoints-bucket.ts';
import { kmsSigner } from '../adapters/kms-signer.ts';
import { ledgerHeads, planeIds } from '../adapters/ledger-heads.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import type { Invocation } from '../run-stage.ts';
import { type CheckpointSummary, createCheckpoint } from './checkpoint.ts';

const dynamodb = new DynamoDBClient();
const checkpoint = createCheckpoint({
  planes: planeIds(dynamodb, requireEnv('REGISTRY_TABLE')),
  heads: ledgerHeads(dynamodb, requireEnv('LEDGER_TABLE')),
  checkpoints: checkpointsBucket(new S3Client(), requireEnv('EVIDENCE_BUCKET')),
  signer: kmsSigner(new KMSClient(), requireEnv('SIGNING_KEY_ARN')),
  now: () => new Date(),
});
const log = eventLog();

/** The daily schedule and each purge mean the same: now. What the event says is not read. */
export async function handler(_event: unknown, invocation: Invocation): Promise<CheckpointSummary> {
  const bound = log.bind({ function: 'checkpoint', requestId: invocation.awsRequestId });
  try {
    const summary = await checkpoint();
    bound.info('checkpoint written', { ...summary });
    return summary;
  } catch (error) {
    bound.error('checkpoint failed', { error });
    throw error;
  }
}
