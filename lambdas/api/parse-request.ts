import type { APIGatewayProxyEvent } from 'aws-lambda';
import { en } from 'zod/locales';
import * as z from 'zod/mini';
import { OffboardingError } from '../core/errors.ts';
import { usageIdSchema } from './bodies/usage-id.ts';
import { type FieldError, refuseFields } from './problem.ts';
import { repeatedName } from './repeated-name.ts';

// Without a locale every message of a rule that brings none of its own is "Invalid input".
z.config(en());

const FIELD_ERRORS_MAX = 20;
const FIELD_NAME_MAX_LENGTH = 200;
const JSON_TYPE = 'application/json';
const REPEATED = 'must not be repeated';

const PLANE_ID = /^kp_[0-7][0-9A-HJKMNP-TV-Z]{25}$/; // https://github.com/ulid/spec
const PARAMETER_SCHEMAS = {
  planeId: z.string(),
  leaseId: usageIdSchema,
  dependentId: usageIdSchema,
} as const;

type ParameterName = keyof typeof PARAMETER_SCHEMAS;

/** The names in a resource path: `'/planes/{planeId}'` has `planeId`. */
export type PathParameters<Resource extends string> =
  Resource extends `${string}{${infer Name}}${infer Rest}`
    ? { readonly [Key in Name]: string } & PathParameters<Rest>
    : unknown;

/**
 * @throws OffboardingError `PLANE_NOT_FOUND` for a plane id that was never given out, `INVALID_REQUEST` for another
 * parameter that is no id
 */
export function parsePath<Resource extends string>(
  resource: Resource,
  event: APIGatewayProxyEvent,
): PathParameters<Resource> {
  const names = Array.from(resource.matchAll(/\{(\w+)\}/g), ([, name]) => name as ParameterName);
  const schema = z.object(Object.fromEntries(names.map((name) => [name, PARAMETER_SCHEMAS[name]])));
  const parameters = parse(schema, event.pathParameters ?? {}, 'path');
  if (names.includes('planeId') && !PLANE_ID.test(parameters.planeId ?? ''))
    throw new OffboardingError('PLANE_NOT_FOUND', 'the id in the path is not the id of a plane');
  return parameters as PathParameters<Resource>;
}

/** @throws OffboardingError `INVALID_REQUEST` naming each parameter */
export function parseQuery<Schema extends z.ZodMiniType>(
  schema: Schema,
  event: APIGatewayProxyEvent,
): z.output<Schema> {
  const repeated = Object.entries(event.multiValueQueryStringParameters ?? {})
    .filter(([, values]) => (values?.length ?? 0) > 1)
    .map(([name]) => ({ field: fieldName([name], 'query'), message: REPEATED }));
  if (repeated.length > 0)
    throw refuseFields('INVALID_REQUEST', repeated.slice(0, FIELD_ERRORS_MAX));
  const parameters = Object.entries(event.queryStringParameters ?? {});
  // A request may be signed by its query as well: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
  const query = parameters.filter(([name]) => !name.startsWith('X-Amz-'));
  return parse(schema, Object.fromEntries(query), 'query');
}

/** @throws OffboardingError `UNSUPPORTED_MEDIA_TYPE`, `INVALID_REQUEST` naming each field */
export function parseBody<Schema extends z.ZodMiniType>(
  schema: Schema,
  event: APIGatewayProxyEvent,
): z.output<Schema> {
  assertJson(event);
  const text = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString('utf8')
    : (event.body ?? '');
  return parse(schema, parseJson(text), 'body');
}

/** The gateway lets bodies of any type pass, and its model looks at JSON only. A body without a type is taken for JSON. */
function assertJson({ headers }: APIGatewayProxyEvent): void {
  const [, type] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  const mediaType = (type ?? JSON_TYPE).split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType !== JSON_TYPE)
    throw new OffboardingError('UNSUPPORTED_MEDIA_TYPE', `content-type must be ${JSON_TYPE}`, {
      details: { field: 'content-type' },
    });
}

function parseJson(text: string): unknown {
  const value = jsonOf(text);
  const repeated = repeatedName(text);
  if (repeated === undefined) return value;
  const field = fieldName([repeated], 'body');
  throw refuseFields('INVALID_REQUEST', [{ field, message: REPEATED }]);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body; a caller knows what it sent, a log must not.
    throw refuseFields('INVALID_REQUEST', [{ field: 'body', message: 'must be JSON' }]);
  }
}

function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  root: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => fieldErrors(issue, root));
  throw refuseFields('INVALID_REQUEST', errors.slice(0, FIELD_ERRORS_MAX));
}

function fieldErrors(issue: z.core.$ZodIssue, root: string): readonly FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: fieldName([...issue.path, key], root),
      message: 'is not known',
    }));
  // JSON knows no undefined, which the message would name.
  const message = issue.input === undefined ? 'is missing' : issue.message;
  return [{ field: fieldName(issue.path, root), message }];
}

function fieldName(path: readonly PropertyKey[], root: string): string {
  const name = path.reduce<string>((before, part) => {
    if (typeof part === 'number') return `${before}[${part}]`;
    return before === '' ? String(part) : `${before}.${String(part)}`;
  }, '');
  return name === '' ? root : name.slice(0, FIELD_NAME_MAX_LENGTH);
}
