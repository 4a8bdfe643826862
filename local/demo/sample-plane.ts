import { createHash, randomBytes } from 'node:crypto';
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  ResourceInUseException,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Cloud } from '../cloud.ts';
import { chunk, type Document } from './documents.ts';
import { embed, toBytes } from './embedding.ts';
import type { Answer, Query } from './query-endpoint.lambda.ts';
import { bundleQueryEndpoint } from './query-endpoint-bundle.ts';

/** What all sample planes of a deployment share, as those of a multi-tenant platform would. */
export interface SharedResources {
  readonly documents: string;
  readonly chunks: string;
  readonly tokens: string;
}

/** Names that `planeResources` of the environment allows: those of `Offboarding-dev` begin with `knowledge-dev-`. */
export function planeResourceName(stackName: string, name: string): string {
  return `${stackName.replace(/^Offboarding/, 'knowledge')}-${name}`;
}

export function sharedResources(stackName: string): SharedResources {
  return {
    documents: planeResourceName(stackName, 'documents'),
    chunks: planeResourceName(stackName, 'chunks'),
    tokens: planeResourceName(stackName, 'tokens'),
  };
}

/** Of the environment that the demo and most tests run. */
export const {
  documents: DOCUMENTS_BUCKET,
  chunks: CHUNKS_TABLE,
  tokens: TOKENS_TABLE,
} = sharedResources('Offboarding-dev');

const BATCH_SIZE = 25; // BatchWriteItem's limit
const PARALLEL_UPLOADS = 16;
const TOKENS_PER_PLANE = 3;

export interface SamplePlane {
  /** The body of POST /planes that registers it. */
  readonly registration: Record<string, unknown>;
  readonly shared: SharedResources;
  readonly prefix: string;
  readonly partition: string;
  readonly functionName: string;
  /** One of its access tokens. */
  readonly token: string;
  readonly documentCount: number;
  readonly documentBytes: number;
  readonly chunkCount: number;
  readonly tokenCount: number;
  /** What the tenant's application sees: an answer, or the name of the error that refused it. */
  ask(question: string): Promise<{ answer: Answer } | { refused: string }>;
}

/** Builds one tenant's knowledge plane the way a tenant would: through the AWS APIs, out of real documents. */
export async function createSamplePlane(
  cloud: Cloud,
  options: { name: string; tenantId: string; documents: readonly Document[] },
): Promise<SamplePlane> {
  const { name, tenantId, documents } = options;
  const { stackName } = cloud.template;
  const shared = sharedResources(stackName);
  const config = cloud.clientConfig('tenant');
  const s3 = new S3Client(config);
  const dynamodb = new DynamoDBClient(config);
  const lambda = new LambdaClient(config);
  const partition = `${tenantId}/${name}`;
  const prefix = `${partition}/`;

  await createShared(s3, dynamodb, shared);
  await inParallel(documents, PARALLEL_UPLOADS, (document) =>
    s3.send(
      new PutObjectCommand({
        Bucket: shared.documents,
        Key: prefix + document.name,
        Body: document.text,
        ContentType: 'text/markdown',
      }),
    ),
  );
  const chunks = documents.flatMap(({ name: document, text }) =>
    chunk(text).map((part, index) => ({
      plane: { S: partition },
      chunkId: { S: `${document}#${String(index).padStart(5, '0')}` },
      document: { S: document },
      text: { S: part },
      embedding: { B: toBytes(embed(part)) },
    })),
  );
  await writeAll(
    dynamodb,
    shared.chunks,
    chunks.map((Item) => ({ PutRequest: { Item } })),
  );
  const tokens = await issueTokens(dynamodb, shared.tokens, partition);

  const functionName = planeResourceName(stackName, `query-${name}`);
  await cloud.lambda.createFunction({
    name: functionName,
    directory: await bundleQueryEndpoint(),
    handler: 'index.handler',
    environment: { CHUNKS_TABLE: shared.chunks, TOKENS_TABLE: shared.tokens },
    timeoutSeconds: 30,
    memoryMb: 512,
  });

  return {
    registration: {
      tenantId,
      name,
      type: 'vector',
      stores: [
        { kind: 's3-prefix', bucket: shared.documents, prefix },
        {
          kind: 'dynamodb-partition',
          table: shared.chunks,
          partitionKey: { name: 'plane', value: partition },
        },
      ],
      access: [
        { kind: 'query-endpoint', functionName },
        {
          kind: 'token-partition',
          table: shared.tokens,
          partitionKey: { name: 'plane', value: partition },
        },
      ],
    },
    shared,
    prefix,
    partition,
    functionName,
    token: tokens[0] ?? '',
    documentCount: documents.length,
    documentBytes: documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    chunkCount: chunks.length,
    tokenCount: tokens.length,
    ask: (question) =>
      ask(lambda, functionName, { plane: partition, token: tokens[0] ?? '', question }),
  };
}

async function ask(lambda: LambdaClient, functionName: string, query: Query) {
  try {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(query) }),
    );
    const payload = JSON.parse(Payload?.transformToString() ?? 'null');
    return FunctionError ? { refused: String(payload.errorType) } : { answer: payload as Answer };
  } catch (error) {
    if (error instanceof Error && error.name === 'TooManyRequestsException')
      return { refused: error.name };
    throw error;
  }
}

async function createShared(
  s3: S3Client,
  dynamodb: DynamoDBClient,
  { documents, chunks, tokens }: SharedResources,
): Promise<void> {
  try {
    await s3.send(new CreateBucketCommand({ Bucket: documents }));
  } catch (error) {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
    return;
  }
  await s3.send(
    new PutBucketVersioningCommand({
      Bucket: documents,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  for (const [TableName, sortKey] of [
    [chunks, 'chunkId'],
    [tokens, 'tokenHash'],
  ] as const) {
    try {
      await dynamodb.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [
            { AttributeName: 'plane', KeyType: 'HASH' },
            { AttributeName: sortKey, KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'plane', AttributeType: 'S' },
            { AttributeName: sortKey, AttributeType: 'S' },
          ],
        }),
      );
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error;
    }
  }
}

async function issueTokens(
  dynamodb: DynamoDBClient,
  table: string,
  partition: string,
): Promise<string[]> {
  const tokens = Array.from({ length: TOKENS_PER_PLANE }, () =>
    randomBytes(24).toString('base64url'),
  );
  for (const token of tokens) {
    await dynamodb.send(
      new PutItemCommand({
        TableName: table,
        Item: {
          plane: { S: partition },
          tokenHash: { S: createHash('sha256').update(token).digest('hex') },
        },
      }),
    );
  }
  return tokens;
}

async function writeAll(
  dynamodb: DynamoDBClient,
  table: string,
  requests: readonly WriteRequest[],
): Promise<void> {
  const batches = Array.from({ length: Math.ceil(requests.length / BATCH_SIZE) }, (_, index) =>
    requests.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
  await inParallel(batches, 4, async (batch) => {
    for (let left: readonly WriteRequest[] = batch; left.length > 0; ) {
      const { UnprocessedItems } = await dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: [...left] } }),
      );
      left = UnprocessedItems?.[table] ?? [];
    }
  });
}

async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
