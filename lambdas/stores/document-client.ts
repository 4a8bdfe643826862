import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { SigningSha256 } from './signing-sha256.ts';
import { PATIENT, unlogged } from './store-clients.ts';

/**
 * For a packer's reads of documents, and for nothing else. A small GET is nearly all work of the SDK on this side of the network, and
 * a fifth of that goes into what is the same for each: into putting its stack of middleware together (`cacheMiddleware` does it once), into
 * looking at the keys of its signature (`SigningSha256` does it once), and into copies for a log that nobody keeps.
 *
 * Requests that are under way together share a context, with the endpoint of their bucket in it: they must all go to one bucket,
 * as those of a shard do.
 */
export function documentClient(config: S3ClientConfig = {}): S3Client {
  return unlogged(
    new S3Client({ ...PATIENT, ...config, cacheMiddleware: true, sha256: SigningSha256 }),
  );
}
