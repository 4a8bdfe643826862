import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod/mini';
import product from '../../package.json' with { type: 'json' };
import { certificateArchive } from '../adapters/certificate-archive.ts';
import { kmsSigner } from '../adapters/kms-signer.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import { createIssueFinalCertificate } from './final-certificate.ts';

const issueFinalCertificate = createIssueFinalCertificate({
  ledger: ledgerReader(new DynamoDBClient(), requireEnv('LEDGER_TABLE')),
  recorder: recorderFunction(new LambdaClient(), requireEnv('RECORDER_FUNCTION')),
  signer: kmsSigner(new KMSClient(), requireEnv('SIGNING_KEY_ARN')),
  certificates: certificateArchive(new S3Client(), requireEnv('EVIDENCE_BUCKET')),
  tool: { name: product.name, version: product.version },
  now: () => new Date(),
});

export const handler = loggedLambda(
  'certificate-final',
  z.object({
    planeId: z.string().check(z.minLength(1)),
    offboardingId: z.string().check(z.minLength(1)),
  }),
  eventLog(),
  (event) => issueFinalCertificate(event),
);
