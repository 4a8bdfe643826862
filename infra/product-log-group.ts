import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { OffboardingConfig } from './config.ts';

export interface ProductLogGroupProps {
  readonly config: Pick<OffboardingConfig, 'logRetention' | 'removalPolicy'>;
  /** Only where AWS wants one of a certain form. */
  readonly logGroupName?: string;
}

/** A log of this product: it ends, and it is encrypted under a key of the stack's own. */
export class ProductLogGroup extends LogGroup {
  constructor(scope: Construct, id: string, { config, logGroupName }: ProductLogGroupProps) {
    super(scope, id, {
      ...(logGroupName !== undefined && { logGroupName }),
      retention: config.logRetention,
      removalPolicy: config.removalPolicy,
      encryptionKey: logKeyOf(scope, config.removalPolicy),
    });
  }
}

const LOG_KEY = 'OffboardingLogKey';

/** One key for all logs of a stack: a key costs a dollar a month, and these logs have the same readers. */
function logKeyOf(scope: Construct, removalPolicy: RemovalPolicy): Key {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(LOG_KEY);
  if (existing instanceof Key) return existing;
  const key = new Key(stack, LOG_KEY, {
    description: 'Encrypts the logs of the offboarding of knowledge planes',
    enableKeyRotation: true,
    removalPolicy,
  });
  // Word for word what CloudWatch Logs asks for, but for this account's log groups only:
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogsOfThisAccount',
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: [
        'kms:Encrypt*',
        'kms:Decrypt*',
        'kms:ReEncrypt*',
        'kms:GenerateDataKey*',
        'kms:Describe*',
      ],
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:*`,
        },
      },
    }),
  );
  return key;
}
