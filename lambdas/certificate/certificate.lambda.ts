import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import * as z from 'zod/mini';
import product from '../../package.json' with { type: 'json' };
import { certificateArchive } from '../adapters/certificate-archive.ts';
import { finalCertificateSchedule } from '../adapters/final-certificate-schedule.ts';
import { kmsSigner } from '../adapters/kms-signer.ts';
import { ledgerReader } from '../adapters/ledger-table.ts';
import { recorderFunction } from '../adapters/recorder-function.ts';
import { requireEnv } from '../env.ts';
import { eventLog } from '../event-log.ts';
import { loggedLambda } from '../logged-lambda.ts';
import { workflowEventSchema } from '../parse-event.ts';
import { createIssueCertificate } from './certificate.ts';
import { parseResidueRegister } from './residue-register.ts';

const now = () => new Date();
const issueCertificate = createIssueCertificate({
  ledger: ledgerReader(new DynamoDBClient(), requireEnv('LEDGER_TABLE')),
  recorder: recorderFunction(new LambdaClient(), requireEnv('RECORDER_FUNCTION')),
  signer: kmsSigner(new KMSClient(), requireEnv('SIGNING_KEY_ARN')),
  certificates: certificateArchive(new S3Client(), requireEnv('EVIDENCE_BUCKET')),
  tool: { name: product.name, version: product.version },
  residueRegister: parseResidueRegister(requireEnv('RESIDUE_REGISTER')),
  finalSchedule: finalCertificateSchedule(
    new SchedulerClient(),
    {
      groupName: requireEnv('SCHEDULE_GROUP'),
      functionArn: requireEnv('FINAL_CERTIFICATE_FUNCTION_ARN'),
      roleArn: requireEnv('SCHEDULE_ROLE_ARN'),
      deadLetterArn: requireEnv('SCHEDULE_DEAD_LETTER_ARN'),
    },
    now,
  ),
  now,
});

export const handler = loggedLambda(
  'certificate',
  z.extend(workflowEventSchema, { idempotencyKey: z.string().check(z.minLength(1)) }),
  eventLog(),
  (event) => issueCertificate(event),
);
