import { buffer } from 'node:stream/consumers';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { type AwsService, LOCAL_REGION } from './aws-service.ts';
import { authoriseCall, tablesOf } from './dynamodb/authorise-call.ts';
import { startEngine, untilActive } from './dynamodb/engine.ts';
import type { TableKeys } from './dynamodb/leading-keys.ts';
import { type OperationInput, operationInputSchema } from './dynamodb/operation-input.ts';
import { type TableDefinition, tableDefinition } from './dynamodb/table-definition.ts';
import { type StreamOptions, watchWrites } from './dynamodb/watch-writes.ts';
import { sendJson, sendRefusal, WireError } from './json-wire.ts';
import type { TemplateResource } from './template.ts';

export interface DynamoDb extends AwsService {
  /** Provisions an AWS::DynamoDB::Table or GlobalTable; resolves when it is ACTIVE. */
  createTable(resource: TemplateResource): Promise<void>;
}

/**
 * DynamoDB of the embedded cloud: asks IAM, then hands the call unchanged to an engine that speaks the same protocol.
 * Neither dynalite nor this front keeps streams for others to read: a record goes straight to `onRecord`.
 * @param engineUrl another engine than the one in this process, such as DynamoDB Local
 */
export async function startDynamoDb(
  engineUrl?: string,
  streams: StreamOptions = NO_STREAMS,
): Promise<DynamoDb> {
  const engine = await startEngine(engineUrl);
  const client = new DynamoDBClient({
    endpoint: engine.url,
    region: LOCAL_REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const writes = watchWrites(client, streams);
  const definitions = new Map<string, TableDefinition>();
  const keys = new Map<string, TableKeys>();

  /** Asked once per table: a table's key never changes, and a deleted one is forgotten. */
  const loadKeys = async (table: string): Promise<void> => {
    if (keys.has(table)) return;
    try {
      const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
      const indexes = [
        ...(Table?.GlobalSecondaryIndexes ?? []),
        ...(Table?.LocalSecondaryIndexes ?? []),
      ];
      keys.set(table, {
        partitionKey: Table?.KeySchema?.[0]?.AttributeName ?? '',
        indexPartitionKeys: new Map(
          indexes.map(({ IndexName = '', KeySchema }) => [
            IndexName,
            KeySchema?.[0]?.AttributeName ?? '',
          ]),
        ),
      });
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  };

  /** What the engine cannot know because it is not simulated: it is as the template says. */
  const describe = async (operation: string, table: string): Promise<object | undefined> => {
    const definition = definitions.get(table);
    if (operation === 'DescribeTimeToLive') {
      const { ttlAttribute } = definition ?? {};
      if (ttlAttribute === undefined) return undefined;
      const TimeToLiveStatus = 'ENABLED';
      return { TimeToLiveDescription: { TimeToLiveStatus, AttributeName: ttlAttribute } };
    }
    if (operation !== 'DescribeContinuousBackups') return undefined;
    await loadKeys(table);
    if (!keys.has(table)) {
      throw new WireError('TableNotFoundException', `Table not found: ${table}`);
    }
    return continuousBackups(definition?.recoveryDays);
  };

  return {
    signingName: 'dynamodb',
    async handle(request, response, caller) {
      try {
        const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
        const body = await buffer(request);
        const input = parseInput(body);
        const tables = tablesOf(input);
        for (const table of tables) await loadKeys(table);
        authoriseCall(caller, operation, input, (table) => keys.get(table));

        const description = await describe(operation, input.TableName ?? '');
        if (description) {
          sendJson(response, 200, description);
          return;
        }
        await writes.during(operation, input, () => engine.forward(request, body, response));
        if (operation === 'DeleteTable' && response.statusCode === 200) {
          for (const table of tables) {
            keys.delete(table);
            definitions.delete(table);
          }
        }
      } catch (error) {
        sendRefusal(response, error);
      }
    },
    async createTable(resource) {
      const definition = tableDefinition(resource);
      definitions.set(resource.name, definition);
      await client.send(new CreateTableCommand(definition.create));
      await untilActive(client, resource.name);
      if (definition.hasStream)
        writes.watch(
          resource.name,
          (definition.create.KeySchema ?? []).map(({ AttributeName = '' }) => AttributeName),
        );
    },
    async close() {
      client.destroy();
      await engine.close();
    },
  };
}

const NO_STREAMS: StreamOptions = {
  now: () => new Date(),
  begin: () => () => undefined,
  onRecord: () => undefined,
};

/** @throws WireError SerializationException, as DynamoDB does for what is no JSON object of the right shape */
function parseInput(body: Buffer): OperationInput {
  try {
    return operationInputSchema.parse(JSON.parse(body.toString('utf8')));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WireError('SerializationException', reason);
  }
}

function continuousBackups(recoveryDays: number | undefined): object {
  return {
    ContinuousBackupsDescription: {
      ContinuousBackupsStatus: 'ENABLED',
      PointInTimeRecoveryDescription:
        recoveryDays === undefined
          ? { PointInTimeRecoveryStatus: 'DISABLED' }
          : { PointInTimeRecoveryStatus: 'ENABLED', RecoveryPeriodInDays: recoveryDays },
    },
  };
}
