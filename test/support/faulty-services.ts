import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import {
  DeleteScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { documentClient } from '../../lambdas/stores/document-client.ts';
import { type AwsCall, type CallFate, startAwsEndpoint } from '../../local/aws-endpoint.ts';
import type { AwsService } from '../../local/aws-service.ts';
import type { CallCount } from '../../local/call-counts.ts';
import { createClock } from '../../local/clock.ts';
import { untilActive } from '../../local/dynamodb/engine.ts';
import { startDynamoDb } from '../../local/dynamodb.ts';
import { createIam } from '../../local/iam.ts';
import type { BucketOptions } from '../../local/s3/bucket.ts';
import { createS3Service } from '../../local/s3/s3-service.ts';
import { createScheduler } from '../../local/scheduler.ts';
import { resolveTemplate } from '../../local/template.ts';
import { type TableKey, tableInput } from './dynalite-tables.ts';
import { emptyTable } from './empty-table.ts';

export interface Clients {
  readonly s3: S3Client;
  /** Reads the documents of a shard. */
  readonly documents: S3Client;
  readonly dynamodb: DynamoDBClient;
  readonly scheduler: SchedulerClient;
}

/** S3, DynamoDB and Scheduler of the embedded cloud, with somebody whose calls go wrong. */
export interface FaultyServices {
  /** Clients of a bystander, who arranges and looks: nothing ever happens to these calls. */
  readonly bystander: Clients;
  /** Clients of whoever is tested. */
  readonly product: Clients;
  /** Decides about each call of the product from now on, numbered from 1. */
  faults(fateOf: (call: AwsCall, number: number) => CallFate): void;
  /** Calls of the product since `faults`. */
  calls(): number;
  /** The product's calls by action since the last reset, such as `s3:DeleteObjectVersion`. */
  counts(): Readonly<Record<string, number>>;
  /** Everything as at the beginning: no buckets, items or schedules, and the same version ids for the same writes. */
  reset(buckets: Readonly<Record<string, BucketOptions>>): Promise<void>;
  close(): Promise<void>;
}

/** Each table's partition key, and its sort key if it has one. */
export type Tables = Readonly<Record<string, readonly TableKey[]>>;

/** How often and how an SDK client tries again. */
export interface Retries {
  readonly maxAttempts?: number;
  readonly retryStrategy?: NonNullable<S3ClientConfig['retryStrategy']>;
}

const NOW = new Date('2026-11-22T10:00:00.000Z');

export async function startFaultyServices(
  tables: Tables,
  /** How the product tries again; by default not at all, so that it dies of its first lost call. */
  retries: Retries = { maxAttempts: 1 },
): Promise<FaultyServices> {
  const directory = await mkdtemp(path.join(tmpdir(), 'faulty-services-'));
  const createS3 = () => createS3Service({ now: () => NOW, directory, minimumPartBytes: 1 });
  let s3 = createS3();
  const dynamodb = await startDynamoDb();
  const clock = createClock({ startTime: NOW });
  const scheduler = createScheduler({
    clock,
    everyOccurrence: true,
    startExecution: async () => {},
    invokeFunction: async () => {},
    onFailure: () => {},
  });
  const currentS3: AwsService = {
    signingName: 's3',
    handle: (request, response, caller) => s3.handle(request, response, caller),
    close: () => s3.close(),
  };
  let fateOf = (_call: AwsCall, _number: number): CallFate => 'proceed';
  let calls = 0;
  const services = [currentS3, dynamodb, scheduler];
  const endpoint = await startAwsEndpoint({
    services,
    // Everybody is an administrator: what roles may do is tested elsewhere.
    iam: createIam(resolveTemplate({ Resources: {} }, 'Stack')),
    onCall: (call) => {
      if (!call.callerArn.endsWith('/product')) return 'proceed';
      calls += 1;
      return fateOf(call, calls);
    },
  });
  const clientsOf = (accessKeyId: string, retries: Retries = {}): Clients => {
    const common = {
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey: 'test' },
      ...retries,
    };
    return {
      s3: new S3Client({ ...common, forcePathStyle: true }),
      documents: documentClient({ ...common, forcePathStyle: true }),
      dynamodb: new DynamoDBClient(common),
      scheduler: new SchedulerClient(common),
    };
  };
  const bystander = clientsOf('bystander');
  const product = clientsOf('product', retries);
  for (const [table, keys] of Object.entries(tables))
    await createTable(bystander.dynamodb, table, keys);
  return {
    bystander,
    product,
    faults(fate) {
      fateOf = fate;
      calls = 0;
    },
    calls: () => calls,
    counts: () => countsOf(endpoint.counts.read()),
    async reset(buckets) {
      await s3.close();
      s3 = createS3();
      for (const [name, options] of Object.entries(buckets)) s3.createBucket(name, options);
      for (const [table, keys] of Object.entries(tables))
        await emptyTable(bystander.dynamodb, table, keys);
      await deleteSchedules(bystander.scheduler);
      endpoint.counts.reset();
    },
    async close() {
      for (const client of [...Object.values(bystander), ...Object.values(product)])
        client.destroy();
      clock.close();
      await endpoint.close();
      for (const service of services) await service.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function countsOf(counts: readonly CallCount[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    counts
      .filter(({ callerArn }) => callerArn.endsWith('/product'))
      .map(({ action, calls }) => [action, calls]),
  );
}

async function deleteSchedules(client: SchedulerClient): Promise<void> {
  const { Schedules = [] } = await client.send(new ListSchedulesCommand({}));
  for (const { Name } of Schedules) await client.send(new DeleteScheduleCommand({ Name }));
}

async function createTable(
  client: DynamoDBClient,
  table: string,
  keys: readonly TableKey[],
): Promise<void> {
  await client.send(new CreateTableCommand(tableInput(table, keys)));
  await untilActive(client, table);
}
