import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { certificatesBucket } from '../adapters/certificates-bucket.ts';
import { kmsSigner } from '../adapters/kms-signer.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { planeReader } from '../adapters/registry-table.ts';
import { signingKeys } from '../certificate/signing-keys.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { apiLambda } from './http.ts';

const dynamodb = new DynamoDBClient();
const routes = evidenceRoutes({
  planes: planeReader(dynamodb, requireEnv('REGISTRY_TABLE')),
  ledger: ledgerReader(dynamodb, requireEnv('LEDGER_TABLE')),
  certificates: certificatesBucket(new S3Client(), requireEnv('EVIDENCE_BUCKET')),
  signingKeys: signingKeys(kmsSigner(new KMSClient(), requireEnv('SIGNING_KEY_ARN'))),
});

export const handler = apiLambda(routes, { now: () => new Date(), log: eventLog() });
