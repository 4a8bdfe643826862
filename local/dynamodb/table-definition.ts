import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import type { TemplateResource } from '../template.ts';

const keySchema = z.array(
  z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }),
);
const indexes = z
  .array(
    z.object({
      IndexName: z.string(),
      KeySchema: keySchema,
      Projection: z.object({
        ProjectionType: z.enum(['ALL', 'INCLUDE', 'KEYS_ONLY']).optional(),
        NonKeyAttributes: z.array(z.string()).optional(),
      }),
    }),
  )
  .optional();
const recoverySchema = z
  .object({
    PointInTimeRecoveryEnabled: z.boolean().default(false),
    RecoveryPeriodInDays: z.coerce.number().default(35),
  })
  .optional();

/** AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable, as far as it shapes how the table behaves here. */
const tableSchema = z.object({
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  LocalSecondaryIndexes: indexes,
  GlobalSecondaryIndexes: indexes,
  TimeToLiveSpecification: z
    .object({ AttributeName: z.string().optional(), Enabled: z.boolean() })
    .optional(),
  PointInTimeRecoverySpecification: recoverySchema,
  Replicas: z.array(z.object({ PointInTimeRecoverySpecification: recoverySchema })).optional(),
  // A table or a global table; other views than NEW_IMAGE are not made here.
  StreamSpecification: z.object({ StreamViewType: z.literal('NEW_IMAGE') }).optional(),
});

export interface TableDefinition {
  readonly create: CreateTableCommandInput;
  /** The attribute whose time ends an item; undefined where the table has none. Nothing expires here. */
  readonly ttlAttribute: string | undefined;
  /** How far back the table can be restored on AWS; undefined where it cannot. */
  readonly recoveryDays: number | undefined;
  readonly hasStream: boolean;
}

export function tableDefinition({ name, properties }: TemplateResource): TableDefinition {
  const table = tableSchema.parse(properties);
  const { TimeToLiveSpecification: ttl } = table;
  const recovery =
    table.PointInTimeRecoverySpecification ?? table.Replicas?.[0]?.PointInTimeRecoverySpecification;
  return {
    create: {
      TableName: name,
      AttributeDefinitions: table.AttributeDefinitions,
      KeySchema: table.KeySchema,
      LocalSecondaryIndexes: table.LocalSecondaryIndexes,
      GlobalSecondaryIndexes: table.GlobalSecondaryIndexes,
      // Capacity is not simulated, so a provisioned table works like one on demand.
      BillingMode: 'PAY_PER_REQUEST',
    },
    ttlAttribute: ttl?.Enabled ? ttl.AttributeName : undefined,
    recoveryDays: recovery?.PointInTimeRecoveryEnabled ? recovery.RecoveryPeriodInDays : undefined,
    hasStream: table.StreamSpecification !== undefined,
  };
}
