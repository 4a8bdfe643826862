import { z } from 'zod';
import { LOCAL_ACCOUNT } from '../aws-service.ts';
import { localArn } from '../template/resource-identity.ts';
import type { Template, TemplateResource } from '../template.ts';
import { parseResourcePolicy, type Statement } from './policy.ts';

/** A policy that stands at a resource, and the ARNs it is asked about. */
export interface ResourcePolicy {
  readonly governs: readonly string[];
  readonly statements: readonly Statement[];
}

const withPolicy = z.object({ PolicyDocument: z.unknown() });
const tableSchema = z.object({
  ResourcePolicy: withPolicy.optional(),
  Replicas: z.array(z.object({ ResourcePolicy: withPolicy.optional() })).default([]),
});
const bucketPolicySchema = z.object({ Bucket: z.string(), PolicyDocument: z.unknown() });
const topicPolicySchema = z.object({ Topics: z.array(z.string()), PolicyDocument: z.unknown() });
const queuePolicySchema = z.object({ Queues: z.array(z.string()), PolicyDocument: z.unknown() });
const busPolicySchema = z.object({ EventBusName: z.string(), Statement: z.unknown() });
const keySchema = z.object({ KeyPolicy: z.unknown().optional() });
const apiSchema = z.object({ Policy: z.unknown().optional() });
const permissionSchema = z.strictObject({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

/** Every resource policy of the template, those of tables, buckets, keys, topics, queues, buses, functions and APIs. */
export function readResourcePolicies(template: Template): readonly ResourcePolicy[] {
  return [
    ...template.ofType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable').flatMap(tablePolicies),
    ...template.ofType('AWS::S3::BucketPolicy').map(bucketPolicy),
    ...template.ofType('AWS::KMS::Key').map(keyPolicy),
    ...template.ofType('AWS::SNS::TopicPolicy').map(topicPolicy),
    ...template.ofType('AWS::SQS::QueuePolicy').map((policy) => queuePolicy(policy, template)),
    ...template.ofType('AWS::Events::EventBusPolicy').map(busPolicy),
    ...template.ofType('AWS::Lambda::Permission').map(functionPolicy),
    ...template.ofType('AWS::ApiGateway::RestApi').flatMap(apiPolicy),
  ];
}

function tablePolicies(table: TemplateResource): readonly ResourcePolicy[] {
  const { ResourcePolicy, Replicas } = tableSchema.parse(table.properties);
  return [ResourcePolicy, ...Replicas.map((replica) => replica.ResourcePolicy)]
    .filter((policy) => policy !== undefined)
    .map(({ PolicyDocument }) => ({
      governs: [`${table.arn}`, `${table.arn}/*`],
      statements: parseResourcePolicy(`of ${table.logicalId}`, PolicyDocument),
    }));
}

function bucketPolicy(policy: TemplateResource): ResourcePolicy {
  const { Bucket, PolicyDocument } = bucketPolicySchema.parse(policy.properties);
  return {
    governs: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    statements: parseResourcePolicy(policy.logicalId, PolicyDocument),
  };
}

function topicPolicy(policy: TemplateResource): ResourcePolicy {
  const { Topics, PolicyDocument } = topicPolicySchema.parse(policy.properties);
  return { governs: Topics, statements: parseResourcePolicy(policy.logicalId, PolicyDocument) };
}

/** Names its queues by their URLs. */
function queuePolicy(policy: TemplateResource, template: Template): ResourcePolicy {
  const { Queues, PolicyDocument } = queuePolicySchema.parse(policy.properties);
  const queues = template.ofType('AWS::SQS::Queue');
  return {
    governs: Queues.map((url) => {
      const arn = queues.find(({ ref }) => ref === url)?.arn;
      if (arn === undefined) throw new Error(`${policy.logicalId}: there is no queue ${url}`);
      return arn;
    }),
    statements: parseResourcePolicy(policy.logicalId, PolicyDocument),
  };
}

function busPolicy(policy: TemplateResource): ResourcePolicy {
  const { EventBusName, Statement } = busPolicySchema.parse(policy.properties);
  return {
    governs: [localArn('events', `event-bus/${EventBusName}`)],
    statements: parseResourcePolicy(policy.logicalId, { Statement }),
  };
}

function keyPolicy(key: TemplateResource): ResourcePolicy {
  const { KeyPolicy } = keySchema.parse(key.properties);
  return {
    governs: [`${key.arn}`],
    statements: parseResourcePolicy(`of ${key.logicalId}`, KeyPolicy ?? DEFAULT_KEY_POLICY),
  };
}

/** What KMS gives a key that is created without a policy. */
const DEFAULT_KEY_POLICY = {
  Statement: {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${LOCAL_ACCOUNT}:root` },
    Action: 'kms:*',
    Resource: '*',
  },
};

function functionPolicy(permission: TemplateResource): ResourcePolicy {
  const { Action, FunctionName, Principal, SourceArn, SourceAccount } = permissionSchema.parse(
    permission.properties,
  );
  const functionArn = FunctionName.startsWith('arn:')
    ? FunctionName
    : localArn('lambda', `function:${FunctionName}`);
  const kind = Principal.endsWith('.amazonaws.com') ? 'Service' : 'AWS';
  return {
    governs: [functionArn],
    statements: parseResourcePolicy(permission.logicalId, {
      Statement: {
        Effect: 'Allow',
        Action,
        Resource: functionArn,
        Principal: { [kind]: Principal },
        Condition: {
          ...(SourceArn ? { ArnLike: { 'aws:SourceArn': SourceArn } } : {}),
          ...(SourceAccount ? { StringEquals: { 'aws:SourceAccount': SourceAccount } } : {}),
        },
      },
    }),
  };
}

function apiPolicy(api: TemplateResource): readonly ResourcePolicy[] {
  const { Policy } = apiSchema.parse(api.properties);
  if (Policy === undefined) return [];
  const governs = localArn('execute-api', `${api.ref}/*`);
  return [{ governs: [governs], statements: parseResourcePolicy(`of ${api.logicalId}`, Policy) }];
}
