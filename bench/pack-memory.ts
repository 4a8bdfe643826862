import { randomBytes } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ARCHIVE_LIMITS } from '../lambdas/core/archive-limits.ts';
import { sha256Hex } from '../lambdas/core/canonical.ts';
import { inventoryLine, totalsOf } from '../lambdas/core/inventory.ts';
import { type Shard, shardId } from '../lambdas/core/shard.ts';
import type { StoreRecord } from '../lambdas/core/store-record.ts';
import { vaultLayout } from '../lambdas/core/vault-layout.ts';
import { createS3PrefixStore } from '../lambdas/stores/s3-prefix.ts';
import type { AwsCall } from '../local/aws-endpoint.ts';
import { buildBareHandler } from './bare-handler.ts';
import { type BenchCloud, type BenchPlane, PLANE_BUCKET } from './bench-cloud.ts';
import { deactivateOnly } from './deactivate-only.ts';
import type { Figure } from './figure.ts';
import type { Measure } from './measures.ts';
import { formatSize, MB } from './size.ts';

const BARE = 'bench-bare-archive-pack';
const LIMIT_BYTES = 300 * MB;
/** Far longer than it takes to read the next part: what is read must wait, and not pile up. */
const SLOW_PART_MS = 500;

/** The most memory that one invocation of the packer ever holds, for the same bytes in many members and in few. */
export const packMemory: Measure = async ({ startCloud, size, progress }) => {
  await using bench = await startCloud();
  const packer = bench.functionName('archive-pack');
  const bare = await buildBareHandler(
    'archive-pack',
    'lambdas/archive/archive-pack.lambda.ts',
    bench.cloud.lambda.describe(packer).definition.directory,
  );
  await bench.deploy(BARE, bare.directory, 'archive-pack');
  const floor = (await bench.invokeFresh(BARE, {})).peakMemoryBytes;

  const figures: Figure[] = [];
  // Just below the size from which objects are copied: the largest that pass through the packer's memory.
  const largestPacked = ARCHIVE_LIMITS.copyFromBytes - 1;
  const nearlyCopied = `just under ${formatSize(ARCHIVE_LIMITS.copyFromBytes)}`;
  const shapes = [
    { memberBytes: size.smallBytes, named: formatSize(size.smallBytes) },
    { memberBytes: largestPacked, named: nearlyCopied },
    {
      memberBytes: largestPacked,
      named: `${nearlyCopied}, ${SLOW_PART_MS} ms until a part arrives`,
      partMs: SLOW_PART_MS,
    },
    { memberBytes: size.shardBytes, named: formatSize(size.shardBytes) },
  ];
  for (const { memberBytes, named, partMs = 0 } of shapes) {
    const members = Math.max(1, Math.floor(size.shardBytes / memberBytes));
    const body = randomBytes(memberBytes);
    const plane = await bench.plane(function* (prefix) {
      for (let number = 1; number <= members; number += 1)
        yield { key: `${prefix}${number}`, body };
    });
    const stage = await deactivateOnly(bench, plane);
    const shard = await writeShard(bench, plane, stage.offboardingId);
    const report = vaultLayout(plane.planeId, stage.offboardingId).packReportKey(shard.shardId);
    const isSlow = ({ url }: AwsCall) => partMs > 0 && url.includes('partNumber=');
    const lift = bench.delay(isSlow, partMs);
    const peaks: number[] = [];
    for (let run = 1; run <= size.repeats; run += 1) {
      // Without its report the shard counts as not packed.
      await bench.s3.send(new DeleteObjectCommand({ Bucket: bench.vault, Key: report }));
      const { peakMemoryBytes } = await bench.invokeFresh(packer, {
        ...stage,
        input: { shard, attempt: 'bench' },
      });
      peaks.push(peakMemoryBytes);
    }
    lift();
    const shape = `${members.toLocaleString('en-US')} x ${named}`;
    progress(`${shape}: ${peaks.map(formatSize).join(', ')}`);
    figures.push({
      claim: `pack a shard of ${formatSize(size.shardBytes)}, ${shape}: peak memory`,
      unit: 'bytes',
      measured: Math.max(...peaks),
      floor,
      limit: { of: 'measured', atMost: LIMIT_BYTES },
    });
  }
  return { figures };
};

/** Everything under the plane's prefix as one shard, larger than a plan would make it if need be. */
async function writeShard(
  { s3, vault }: BenchCloud,
  { planeId, prefix }: BenchPlane,
  offboardingId: string,
): Promise<Shard> {
  const store = createS3PrefixStore(s3, { kind: 's3-prefix', bucket: PLANE_BUCKET, prefix });
  const members: StoreRecord[] = [];
  for await (const page of store.inventory()) members.push(...page);
  const id = shardId(1);
  const membersKey = vaultLayout(planeId, offboardingId).inventoryKey(id);
  const text = members.map((record) => `${inventoryLine(record)}\n`).join('');
  await s3.send(new PutObjectCommand({ Bucket: vault, Key: membersKey, Body: text }));
  return {
    shardId: id,
    plan: 1,
    store: 0,
    membersBucket: vault,
    membersKey,
    membersSha256: await sha256Hex(text),
    ...totalsOf(members),
  };
}
