import type { S3Client } from '@aws-sdk/client-s3';
import type { S3PrefixStore } from '../core/plane.ts';
import type { StoreRecord } from '../core/store-record.ts';
import { STORE_RETRY } from './retry-transient.ts';
import { countVersions } from './s3-count.ts';
import { removeVersions } from './s3-removal.ts';
import { abortUploads, countUploads } from './s3-uploads.ts';
import { listVersions, type S3Record } from './s3-versions.ts';
import type { Store } from './store.ts';
import { sumPages } from './sum-pages.ts';

/** Everything under one prefix of one bucket, in all its versions. The prefix ends in `/`: `kp-1/` never takes `kp-10/`. */
export function createS3PrefixStore(
  client: S3Client,
  descriptor: S3PrefixStore,
  retry = STORE_RETRY,
): Store {
  const { bucket, prefix } = descriptor;
  if (!prefix.endsWith('/')) throw new Error('the prefix of an s3-prefix store must end in /');
  return {
    descriptor,
    inventory: (after) =>
      listVersions(client, { bucket, prefix, ...(after && { after: s3Record(after) }) }),
    remove: (records, options) =>
      removeVersions(client, { bucket, prefix }, records.map(s3Record), { retry, ...options }),
    countUploads: () => countUploads(client, { bucket, prefix }),
    abortUploads: (mayGoOn) => abortUploads(client, { bucket, prefix }, mayGoOn),
    countPages: (mark) => countVersions(client, { bucket, prefix }, mark),
    measure: () => sumPages(countVersions(client, { bucket, prefix })),
  };
}

function s3Record(record: StoreRecord): S3Record {
  if (record.kind === 'item') throw new TypeError('an s3-prefix store holds no items');
  return record;
}
