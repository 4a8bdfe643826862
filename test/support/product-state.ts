import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Cloud } from '../../local/cloud.ts';

const TABLES = {
  planes: 'Registry/Planes',
  claims: 'Registry/Claims',
  entries: 'Ledger',
  usage: 'Usage',
  decisions: 'Decisions',
} as const;

type Item = Readonly<Record<string, unknown>>;
export type ProductState = Readonly<Record<keyof typeof TABLES, readonly Item[]>>;

/** Reads whatever the product has written, in an order that two readings share. */
export function stateReader(cloud: Cloud): () => Promise<ProductState> {
  const client = new DynamoDBClient(cloud.clientConfig('auditor'));
  const read = (part: string) => scan(client, cloud.physicalName('AWS::DynamoDB::', part));
  return async () => ({
    planes: await read(TABLES.planes),
    claims: await read(TABLES.claims),
    entries: await read(TABLES.entries),
    usage: await read(TABLES.usage),
    decisions: await read(TABLES.decisions),
  });
}

export type RegistryState = Pick<ProductState, 'planes' | 'claims'>;

/** Which planes there are and what belongs to them, and nothing of what became of them. */
export function registryStateReader(cloud: Cloud): () => Promise<RegistryState> {
  const client = new DynamoDBClient(cloud.clientConfig('auditor'));
  const read = (part: string) => scan(client, cloud.physicalName('AWS::DynamoDB::', part));
  return async () => ({ planes: await read(TABLES.planes), claims: await read(TABLES.claims) });
}

async function scan(client: DynamoDBClient, table: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const page of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
    items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
  return items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
}
