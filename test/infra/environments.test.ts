import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { readTemplate, resourceOf, resourcesOf, type StackName } from '../support/assembly.ts';

const STACKS = ['Offboarding-dev', 'Offboarding-prod'] as const;

function functionVariables(stack: StackName, name: string): Record<string, unknown> {
  const { Properties } = resourceOf(
    stack,
    'AWS::Lambda::Function',
    `Offboarding${name}functionFunction`,
  );
  return (Properties.Environment as { Variables: Record<string, unknown> }).Variables;
}

/** `[logical id without its hash, DeletionPolicy]` of everything that holds data or keys. */
function retention(stack: StackName): readonly (readonly [string, string | undefined])[] {
  return resourcesOf(stack)
    .filter(([, { Type }]) =>
      ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::KMS::Key'].includes(Type),
    )
    .map(([id, { DeletionPolicy, UpdateReplacePolicy }]) => {
      expect(UpdateReplacePolicy).toBe(DeletionPolicy);
      return [id.replace(/[0-9A-F]{8}$/, ''), DeletionPolicy] as const;
    });
}

describe('dev', () => {
  it('has no floors, one person forces and one approves, and everybody has every role', () => {
    expect(functionVariables('Offboarding-dev', 'policygate')).toMatchObject({
      GRACE_PERIOD_FLOOR_DAYS: '0',
      RETENTION_FLOOR_DAYS: '0',
      FORCE: 'one-person',
      ROLES: '{"operator":["*"],"forcer":["*"],"legal":["*"],"approver":["*"]}',
    });
    expect(functionVariables('Offboarding-dev', 'requestapproval')).toMatchObject({
      REQUIRED_APPROVALS: '1',
    });
  });

  it('keeps the ledger and the evidence, and nothing else, when the stack goes', () => {
    expect(retention('Offboarding-dev')).toEqual([
      ['OffboardingLedgerTable', 'Retain'],
      ['OffboardingRegistryPlanes', 'Delete'],
      ['OffboardingRegistryClaims', 'Delete'],
      ['OffboardingUsageTable', 'Delete'],
      ['OffboardingDecisionsTable', 'Delete'],
      ['OffboardingDecisionsTokenKey', 'Delete'],
      ['OffboardingAccessLogsBucket', 'Delete'],
      ['OffboardingVaultKey', 'Delete'],
      ['OffboardingVaultBucket', 'Delete'],
      ['OffboardingEvidenceBucket', 'Retain'],
      ['OffboardingEvidenceSigningKey', 'Retain'],
      ['OffboardingNotificationsKey', 'Delete'],
      ['OffboardingLogKey', 'Delete'],
    ]);
  });
});

describe('prod', () => {
  it('has floors under every request, and takes two people to force and two to approve', () => {
    expect(functionVariables('Offboarding-prod', 'policygate')).toMatchObject({
      GRACE_PERIOD_FLOOR_DAYS: '7',
      RETENTION_FLOOR_DAYS: '30',
      FORCE: 'two-people',
      ROLES: {
        'Fn::Join': [
          '',
          expect.arrayContaining([
            expect.stringContaining('"approver":["arn:'),
            expect.stringMatching(/:role\/OffboardingApprover","permission-set\/$/),
            '/OffboardingApprover"]}',
          ]),
        ],
      },
    });
    expect(functionVariables('Offboarding-prod', 'requestapproval')).toMatchObject({
      REQUIRED_APPROVALS: '2',
    });
    expect(functionVariables('Offboarding-prod', 'apioffboarding')).toMatchObject({
      GRACE_PERIOD_FLOOR_DAYS: '7',
      RETENTION_FLOOR_DAYS: '30',
      FORCE_WINDOW_HOURS: '24',
    });
    // The stages check again, whoever started the workflow.
    expect(functionVariables('Offboarding-prod', 'deregister')).toMatchObject({
      GRACE_PERIOD_FLOOR_DAYS: '7',
    });
    expect(functionVariables('Offboarding-prod', 'archiveevict')).toMatchObject({
      RETENTION_FLOOR_DAYS: '30',
    });
  });

  it('keeps everything that holds data or keys when the stack goes', () => {
    expect(new Set(retention('Offboarding-prod').map(([, policy]) => policy))).toEqual(
      new Set(['Retain']),
    );
  });

  it('is protected against being deleted by mistake', () => {
    const manifest = JSON.parse(
      readFileSync(join(inject('assemblyDirectory'), 'manifest.json'), 'utf8'),
    );
    expect(
      STACKS.map((stack) => manifest.artifacts[stack].properties.terminationProtection ?? false),
    ).toEqual([false, true]);
  });
});

describe.each(STACKS)('%s', (stack) => {
  it('protects every table from losing a write, and the ledger from being deleted', () => {
    const tables = resourcesOf(stack, 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(5);
    for (const [id, { Properties }] of tables) {
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
      expect(Properties.DeletionProtectionEnabled ?? false).toBe(id.includes('Ledger'));
    }
  });

  it('keys its tables as docs/design.md says', () => {
    const keys = resourcesOf(stack, 'AWS::DynamoDB::Table').map(([, { Properties }]) =>
      (Properties.KeySchema as { AttributeName: string }[])
        .map(({ AttributeName }) => AttributeName)
        .join(', '),
    );
    expect(keys).toEqual([
      'planeId, seq',
      'planeId',
      'resource, scope',
      'planeId, usageId',
      'planeId',
    ]);
  });

  it('keeps archives versioned, private, encrypted, and free of stray uploads', () => {
    const vault = resourceOf(stack, 'AWS::S3::Bucket', 'OffboardingVault');
    expect(vault.Properties).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' },
          },
        ],
      },
      LifecycleConfiguration: {
        Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' }],
      },
    });
  });

  it('refuses buckets to whoever comes without TLS', () => {
    const policies = resourcesOf(stack, 'AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(3);
    for (const [, { Properties }] of policies)
      expect(Properties.PolicyDocument).toMatchObject({
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Effect: 'Deny',
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      });
  });

  it('signs certificates with a P-256 key', () => {
    const key = resourceOf(stack, 'AWS::KMS::Key', 'OffboardingEvidenceSigningKey');
    expect(key.Properties).toMatchObject({
      KeySpec: 'ECC_NIST_P256',
      KeyUsage: 'SIGN_VERIFY',
    });
  });

  it('runs every function on Node 24 and arm64, with a log that ends', () => {
    const logGroups = new Map(resourcesOf(stack, 'AWS::Logs::LogGroup'));
    for (const [, { Properties }] of resourcesOf(stack, 'AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      const { LogGroup } = Properties.LoggingConfig as { LogGroup: { Ref: string } };
      expect(logGroups.get(LogGroup.Ref)?.Properties.RetentionInDays).toBeGreaterThan(0);
    }
  });

  it('logs the workflow without what it works on', () => {
    const machine = resourceOf(stack, 'AWS::StepFunctions::StateMachine', 'OffboardingWorkflow');
    expect(machine.Properties).toMatchObject({
      StateMachineType: 'STANDARD',
      LoggingConfiguration: { IncludeExecutionData: false, Level: 'ALL' },
      TracingConfiguration: { Enabled: true },
    });
  });

  it('changes only where somebody meant it to (vitest -u writes the snapshot)', async () => {
    // Without construct paths, and without the hashes of bundles: those change with every line of code.
    const template = JSON.stringify(
      readTemplate(stack),
      (key, value) => (key === 'Metadata' ? undefined : value),
      1,
    ).replaceAll(/[0-9a-f]{64}\.zip/g, 'ASSET.zip');
    await expect(`${template}\n`).toMatchFileSnapshot(`__snapshots__/${stack}.template.json`);
  });
});
