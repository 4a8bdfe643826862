import { DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import {
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Cloud } from '../cloud.ts';
import type { SamplePlane } from './sample-plane.ts';

/** What an outsider finds of a plane, looking with plain SDK calls and none of the product's code. */
export interface Remains {
  readonly documentVersions: number;
  readonly chunks: number;
  readonly tokens: number;
  readonly revokedTokens: number;
  readonly vaultVersions: number;
  readonly vaultBytes: number;
  /** Storage classes of what lies in the vault, with counts. */
  readonly vaultClasses: Readonly<Record<string, number>>;
  /** Attribute names of the registry record. */
  readonly registryAttributes: readonly string[];
}

export async function findRemains(
  cloud: Cloud,
  { shared, partition, prefix }: SamplePlane,
  planeId: string,
): Promise<Remains> {
  const config = cloud.clientConfig('auditor');
  const s3 = new S3Client(config);
  const dynamodb = new DynamoDBClient(config);
  const vault = await listVersions(
    s3,
    cloud.physicalName('AWS::S3::Bucket', 'Vault/Bucket/Resource'),
    `planes/${planeId}/`,
  );
  const documents = await listVersions(s3, shared.documents, prefix);
  const tokens = await query(dynamodb, shared.tokens, partition);
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: cloud.physicalName('AWS::DynamoDB::', 'Registry/Planes'),
      Key: { planeId: { S: planeId } },
    }),
  );
  return {
    documentVersions: documents.count,
    chunks: (await query(dynamodb, shared.chunks, partition)).count,
    tokens: tokens.count,
    revokedTokens: tokens.revoked,
    vaultVersions: vault.count,
    vaultBytes: vault.bytes,
    vaultClasses: vault.classes,
    registryAttributes: Object.keys(Item ?? {}).sort(),
  };
}

async function listVersions(client: S3Client, Bucket: string, Prefix: string) {
  const found = { count: 0, bytes: 0, classes: {} as Record<string, number> };
  let next: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined =
    {};
  while (next) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket, Prefix, ...next }),
    );
    found.count += (page.Versions?.length ?? 0) + (page.DeleteMarkers?.length ?? 0);
    for (const { Size = 0, StorageClass = 'STANDARD' } of page.Versions ?? []) {
      found.bytes += Size;
      found.classes[StorageClass] = (found.classes[StorageClass] ?? 0) + 1;
    }
    next = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return found;
}

async function query(client: DynamoDBClient, TableName: string, partition: string) {
  const found = { count: 0, revoked: 0 };
  const pages = paginateQuery(
    { client },
    {
      TableName,
      KeyConditionExpression: 'plane = :plane',
      ExpressionAttributeValues: { ':plane': { S: partition } },
      ConsistentRead: true,
    },
  );
  for await (const { Items = [] } of pages) {
    found.count += Items.length;
    found.revoked += Items.filter((item) => item.revokedAt).length;
  }
  return found;
}
