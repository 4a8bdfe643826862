import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SigningSha256 } from './signing-sha256.ts';
import { PATIENT, unlogged } from './store-clients.ts';

// S3 answers within a fraction of a second; three tries of this length leave a packer most of its 15 minutes.
const STALLED_AFTER_MS = 60_000;

/**
 * For a packer's reads of documents, and for nothing else. A small GET is nearly all work of the SDK on this side of the network, and
 * a fifth of that goes into what is the same for each: into putting its stack of middleware together (`cacheMiddleware` does it once), into
 * looking at the keys of its signature (`SigningSha256` does it once), and into copies for a log that nobody keeps.
 *
 * Requests that are under way together share a context, with the endpoint of their bucket in it: they must all go to one bucket,
 * as those of a shard do.
 *
 * @param stalledAfterMs a reply of which nothing more comes for so long has failed. S3's client has no such limit of its own, and a
 *   packer would wait until Lambda ends it, in silence about what else it has met.
 */
export function documentClient(
  config: S3ClientConfig = {},
  stalledAfterMs: number = STALLED_AFTER_MS,
): S3Client {
  return unlogged(
    new S3Client({
      ...PATIENT,
      ...config,
      cacheMiddleware: true,
      sha256: SigningSha256,
      requestHandler: { socketTimeout: stalledAfterMs },
    }),
  );
}
