import { z } from 'zod';

const attributeValue = z.record(z.string(), z.unknown());
const attributeMap = z.record(z.string(), attributeValue);
/** A table's share of a BatchGetItem, or of a BatchWriteItem. */
const batchShare = z.union([
  z.object({ Keys: z.array(attributeMap) }),
  z.array(
    z.object({
      PutRequest: z.object({ Item: attributeMap }).optional(),
      DeleteRequest: z.object({ Key: attributeMap }).optional(),
    }),
  ),
]);

/** The parts of a call that decide whether it is allowed. The engine checks the rest. */
export const operationInputSchema = z.object({
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  RequestItems: z.record(z.string(), batchShare).optional(),
  Key: attributeMap.optional(),
  Item: attributeMap.optional(),
  KeyConditionExpression: z.string().optional(),
  ExpressionAttributeNames: z.record(z.string(), z.string()).optional(),
  ExpressionAttributeValues: attributeMap.optional(),
});
export type OperationInput = z.infer<typeof operationInputSchema>;
export type AttributeMap = z.infer<typeof attributeMap>;
