import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, RestoreObjectCommand } from '@aws-sdk/client-s3';
import { ledgerAppender } from '../../lambdas/adapters/ledger-table.ts';
import type { ArchiveData } from '../../lambdas/core/ledger-state.ts';
import { type Ending, type RestorePorts, restore } from '../../restore/restore.ts';
import {
  type ArchiveWorld,
  type ArchiveWorldOptions,
  startArchiveWorld,
} from '../support/archive-world.ts';
import { OFFBOARDING_ID, PLANE_ID } from '../support/builders.ts';
import { archived, JOURNEYS, ledgerOf, type Step } from '../support/ledgers.ts';

export const LEDGER = 'ledger';
export const BAG = `planes/${PLANE_ID}/${OFFBOARDING_ID}/bag/`;

export interface Run {
  readonly ending: Ending;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds of each pause. */
  readonly pauses: readonly number[];
}

/** A plane of an archive world, its ledger, and a folder to restore it to. */
export interface RestoreWorld {
  readonly plane: ArchiveWorld;
  readonly folder: string;
  /** Archives the plane with the four steps and records it. */
  archive(): Promise<ArchiveData>;
  record(...steps: readonly Step[]): Promise<void>;
  /** Runs the command; `--plane`, `--ledger-table` and `--to` are filled in. Time passes while it pauses. */
  restore(argv: readonly string[], ports?: Partial<RestorePorts>): Promise<Run>;
  /** Every file of the folder by its path. */
  files(): Promise<ReadonlyMap<string, Buffer>>;
  /** The lines of `index.jsonl`. */
  index(): Promise<readonly RestoredEntry[]>;
  /** Asks S3 for a copy of every payload and lets the time pass that it takes. */
  thaw(paths: readonly string[]): Promise<void>;
  readBag(path: string): Promise<Buffer>;
  /** Puts other bytes into the vault under a file of the bag. */
  replaceInBag(path: string, body: Buffer): Promise<void>;
  close(): Promise<void>;
}

export interface RestoredEntry {
  readonly store: number;
  readonly kind: 'object' | 'delete-marker' | 'item';
  readonly key: string;
  readonly versionId?: string;
  readonly isLatest?: boolean;
  readonly size?: number;
  readonly sha256?: string;
  readonly file?: string;
  readonly line?: number;
  readonly damaged?: boolean;
}

export async function startRestoreWorld(options: ArchiveWorldOptions = {}): Promise<RestoreWorld> {
  const plane = await startArchiveWorld(options);
  const parent = await mkdtemp(join(tmpdir(), 'restore-test-'));
  const folder = join(parent, 'restored');
  await plane.tables.create(LEDGER, { name: 'planeId', type: 'S' }, { name: 'seq', type: 'N' });
  const ledger = ledgerAppender(plane.tables.client, LEDGER);
  const record: RestoreWorld['record'] = async (...steps) => {
    for (const entry of await ledgerOf(...steps)) await ledger.append(entry);
  };
  const object = (path: string) => ({ Bucket: 'vault', Key: BAG + path });

  return {
    plane,
    folder,
    record,
    async archive() {
      const result = await plane.archive();
      if (result.status !== 'success') throw new Error(JSON.stringify(result));
      await record(...JOURNEYS.DEACTIVATED, {
        ...archived,
        data: JSON.parse(JSON.stringify(result.data)),
      });
      return result.data as ArchiveData;
    },
    async restore(argv, ports = {}) {
      let [stdout, stderr] = ['', ''];
      const pauses: number[] = [];
      const ending = await restore(
        ['--plane', PLANE_ID, '--ledger-table', LEDGER, '--to', folder, ...argv],
        {
          s3: plane.s3,
          dynamodb: plane.tables.client,
          now: plane.now,
          pause: async (ms) => {
            pauses.push(ms);
            plane.advanceHours(ms / 3_600_000);
          },
          freeBytes: async () => Number.POSITIVE_INFINITY,
          environment: {},
          stdout: (text) => {
            stdout += text;
          },
          stderr: (text) => {
            stderr += text;
          },
          ...ports,
        },
      );
      return { ending, stdout, stderr, pauses };
    },
    async files() {
      const entries = await readdir(parent, { recursive: true, withFileTypes: true });
      const files = new Map<string, Buffer>();
      for (const entry of entries) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        files.set(file.slice(folder.length + 1), await readFile(file));
      }
      return files;
    },
    async index() {
      const text = await readFile(join(folder, 'index.jsonl'), 'utf8');
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
    async thaw(paths) {
      for (const path of paths)
        await plane.s3.send(
          new RestoreObjectCommand({ ...object(path), RestoreRequest: { Days: 9 } }),
        );
      plane.advanceHours(13);
    },
    async readBag(path) {
      const { Body } = await plane.s3.send(new GetObjectCommand(object(path)));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async replaceInBag(path, body) {
      await plane.s3.send(new PutObjectCommand({ ...object(path), Body: body }));
    },
    async close() {
      await plane.close();
      await rm(parent, { recursive: true, force: true });
    },
  };
}

/** Writes a ledger entry again under another actor, as nobody may on AWS: its hash no longer holds. */
export async function forgeEntry(world: RestoreWorld, seq: number, actor: string): Promise<void> {
  await world.plane.tables.client.send(
    new UpdateItemCommand({
      TableName: LEDGER,
      Key: { planeId: { S: PLANE_ID }, seq: { N: String(seq) } },
      UpdateExpression: 'SET actor = :actor',
      ExpressionAttributeValues: { ':actor': { S: actor } },
    }),
  );
}
