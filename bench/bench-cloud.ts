import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { createS3PrefixStore } from '../lambdas/stores/s3-prefix.ts';
import type { AwsCall, CallFate } from '../local/aws-endpoint.ts';
import { type Cloud, startCloud } from '../local/cloud.ts';
import type { FilledVersion } from '../local/s3/fill-bucket.ts';
import { type ApiClient, apiClient } from '../local/signed-api.ts';
import type { ExecutionEvent } from '../local/step-functions/execution.ts';
import { requestKind } from './request-kind.ts';
import { createRequestTally, type RequestTally } from './request-tally.ts';

/** The bucket that planes of the bench live in: `planeResources` of the environment allows the name. */
export const PLANE_BUCKET = 'knowledge-dev-bench';

export interface BenchPlane {
  readonly planeId: string;
  /** Ends in `/`. */
  readonly prefix: string;
}

export interface PlaneVersion {
  readonly key: string;
  readonly versionId: string;
}

/** An embedded cloud of its own for one measurement, with what is measured on it. */
export interface BenchCloud extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly s3: S3Client;
  readonly vault: string;
  readonly operator: ApiClient;
  readonly tally: RequestTally;
  /** Everything that executions did so far. */
  readonly events: readonly ExecutionEvent[];
  /** How many invocations of Lambda functions ended so far. */
  invocationCount(): number;
  /** Registers an active plane with one store, an S3 prefix that `fill` may put versions into. */
  plane(fill?: (prefix: string) => Iterable<FilledVersion>): Promise<BenchPlane>;
  /** Every object version of a plane, in the order of a listing. */
  versionsOf(plane: BenchPlane): Promise<readonly PlaneVersion[]>;
  /** Starts the offboarding without a grace period, and waits until nothing runs any more. @returns its id */
  offboard(plane: BenchPlane, request?: Record<string, unknown>): Promise<string>;
  /** Has calls wait for so long before they reach their service. @returns what ends that */
  delay(isMeant: (call: AwsCall) => boolean, milliseconds: number): () => void;
  /** Name of a Lambda of the product. */
  functionName(lambda: string): string;
  /** Invokes a function in an environment that nothing ran in before. @throws Error when it fails */
  invokeFresh(functionName: string, event: object): Promise<{ readonly peakMemoryBytes: number }>;
  /**
   * Deploys a function of the bench beside the product's, with the settings of one of them and its role: each of its
   * requests is authorised by the same policies.
   */
  deploy(name: string, directory: string, like: string): Promise<void>;
}

export async function startBenchCloud(assemblyDirectory: string): Promise<BenchCloud> {
  const tally = createRequestTally();
  const events: ExecutionEvent[] = [];
  let invocations = 0;
  let planes = 0;
  const delays = new Set<(call: AwsCall) => CallFate>();
  // Known once the template has been read; nothing calls S3 before that.
  let vault = '';
  await using starting = new AsyncDisposableStack();
  const cloud = await startCloud({
    assemblyDirectory,
    stackName: 'Offboarding-dev',
    clock: 'virtual',
    onCall(call) {
      const kind = requestKind(call, vault);
      if (kind) tally.onRequest(kind);
      for (const delay of delays) {
        const fate = delay(call);
        if (fate !== 'proceed') return fate;
      }
      return 'proceed';
    },
    onEvent(event) {
      events.push(event);
      tally.onEvent(event);
    },
    onInvocation({ phase }) {
      if (phase === 'end') invocations += 1;
    },
  });
  starting.use(cloud);
  vault = cloud.physicalName('AWS::S3::Bucket', 'Vault/Bucket/Resource');
  const s3 = new S3Client(cloud.clientConfig('bench'));
  starting.defer(() => s3.destroy());
  const operator = apiClient(cloud.apiUrl, 'operator');
  await s3.send(new CreateBucketCommand({ Bucket: PLANE_BUCKET }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: PLANE_BUCKET, VersioningConfiguration }));

  const functionName = (lambda: string) =>
    cloud.physicalName('AWS::Lambda::Function', `/${lambda}-function/Function`);
  const running = starting.move();
  return {
    cloud,
    s3,
    vault,
    operator,
    tally,
    events,
    invocationCount: () => invocations,
    delay(isMeant, milliseconds) {
      const delay = (call: AwsCall): CallFate =>
        isMeant(call) ? { after: setTimeout(milliseconds) } : 'proceed';
      delays.add(delay);
      return () => delays.delete(delay);
    },
    functionName,
    async plane(fill) {
      planes += 1;
      const prefix = `plane-${planes}/`;
      if (fill) cloud.fillBucket(PLANE_BUCKET, fill(prefix));
      const { status, body } = await operator.call('POST', '/planes', {
        tenantId: 'bench',
        name: `plane-${planes}`,
        type: 'docs',
        stores: [{ kind: 's3-prefix', bucket: PLANE_BUCKET, prefix }],
        access: [],
      });
      if (status !== 201) throw new Error(`not registered: ${JSON.stringify(body)}`);
      return { planeId: body.planeId, prefix };
    },
    async versionsOf({ prefix }) {
      const store = createS3PrefixStore(s3, { kind: 's3-prefix', bucket: PLANE_BUCKET, prefix });
      const versions: PlaneVersion[] = [];
      for await (const page of store.inventory())
        for (const record of page)
          if (record.kind === 'object')
            versions.push({ key: record.key, versionId: record.versionId });
      return versions;
    },
    async offboard({ planeId }, request = {}) {
      const { status, body } = await operator.call('POST', `/planes/${planeId}/offboarding`, {
        reason: 'measured',
        gracePeriodDays: 0,
        ...request,
      });
      if (status !== 202) throw new Error(`not started: ${JSON.stringify(body)}`);
      await cloud.clock.settle();
      return body.offboardingId;
    },
    async invokeFresh(name, event) {
      // Deploying a function ends its environments, as on AWS.
      await cloud.lambda.createFunction(cloud.lambda.describe(name).definition);
      const outcome = await cloud.lambda.invokeSynchronously(
        name,
        JSON.stringify(event),
        randomUUID(),
      );
      if ('error' in outcome) throw new Error(`${name}: ${JSON.stringify(outcome.error)}`);
      if (outcome.peakMemoryBytes === undefined) throw new Error(`${name}: memory is unknown`);
      return { peakMemoryBytes: outcome.peakMemoryBytes };
    },
    async deploy(name, directory, like) {
      const { definition } = cloud.lambda.describe(functionName(like));
      await cloud.lambda.createFunction({ ...definition, name, directory });
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
