/** The demo's query endpoint: what a tenant's application calls. It belongs to the plane, not to the product. */
import { createHash } from 'node:crypto';
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  paginateQuery,
} from '@aws-sdk/client-dynamodb';
import { cosine, embed, fromBytes } from './embedding.ts';

export interface Query {
  readonly plane: string;
  readonly token: string;
  readonly question: string;
}

export interface Answer {
  readonly document: string;
  readonly score: number;
  readonly excerpt: string;
}

const dynamodb = new DynamoDBClient({});

export async function handler(query: Query): Promise<Answer> {
  await assertToken(query);
  const wanted = embed(query.question);
  let best: { score: number; item: Record<string, AttributeValue> } | undefined;
  const pages = paginateQuery(
    { client: dynamodb },
    {
      TableName: process.env.CHUNKS_TABLE,
      KeyConditionExpression: 'plane = :plane',
      ExpressionAttributeValues: { ':plane': { S: query.plane } },
    },
  );
  for await (const page of pages) {
    for (const item of page.Items ?? []) {
      const score = cosine(wanted, fromBytes(item.embedding?.B ?? new Uint8Array()));
      if (!best || score > best.score) best = { score, item };
    }
  }
  if (!best) throw named('PlaneEmpty', 'the plane holds no chunks');
  return {
    document: best.item.document?.S ?? '',
    score: Math.round(best.score * 1000) / 1000,
    excerpt: (best.item.text?.S ?? '').replace(/\s+/g, ' ').slice(0, 160),
  };
}

async function assertToken({ plane, token }: Query): Promise<void> {
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: process.env.TOKENS_TABLE,
      Key: {
        plane: { S: plane },
        tokenHash: { S: createHash('sha256').update(token).digest('hex') },
      },
    }),
  );
  if (!Item) throw named('UnknownToken', 'this access token is not known');
  if (Item.revokedAt)
    throw named('TokenRevoked', `this access token was revoked at ${Item.revokedAt.S}`);
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
