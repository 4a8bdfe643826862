import type { Caller } from '../aws-service.ts';
import { WireError } from '../json-wire.ts';
import { localArn } from '../template/resource-identity.ts';
import { leadingKeys, type TableKeys } from './leading-keys.ts';
import type { OperationInput } from './operation-input.ts';

/** What can be authorised here, and is therefore handed on: what the engine has, and what the template answers. */
const OPERATIONS: ReadonlySet<string> = new Set([
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeContinuousBackups',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
  'UpdateTable',
]);

export function tableArn(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? nameOrArn : localArn('dynamodb', `table/${nameOrArn}`);
}

/** The names of the tables a call is about. */
export function tablesOf(input: OperationInput): readonly string[] {
  if (input.RequestItems) return Object.keys(input.RequestItems);
  return input.TableName === undefined ? [] : [input.TableName];
}

/**
 * Asks for the action on every table or index that the call touches, with the partition keys it names.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 * @param keysOf undefined for a table that does not exist
 * @throws AccessDenied
 * @throws WireError UnknownOperationException, for transactions among others
 */
export function authoriseCall(
  caller: Caller,
  operation: string,
  input: OperationInput,
  keysOf: (table: string) => TableKeys | undefined,
): void {
  if (!OPERATIONS.has(operation)) {
    throw new WireError('UnknownOperationException', `DynamoDB here has no ${operation}`);
  }
  const action = `dynamodb:${operation}`;
  const tables = tablesOf(input);
  if (tables.length === 0) {
    caller.authorise(action, '*');
    return;
  }
  for (const table of tables) {
    const resource = input.IndexName
      ? `${tableArn(table)}/index/${input.IndexName}`
      : tableArn(table);
    const keys = keysOf(table);
    const values = keys && leadingKeys(input, table, keys, operation);
    caller.authorise(action, resource, values ? { 'dynamodb:LeadingKeys': values } : {});
  }
}
