import { once } from 'node:events';
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { Sha256 } from '@aws-crypto/sha256-js';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsService, LOCAL_REGION } from './aws-service.ts';
import type { BucketOptions } from './s3/bucket.ts';

export interface S3Engine extends AwsService {
  createBucket(name: string, options: BucketOptions): Promise<void>;
}

/** About one connection only, or about the signature that is replaced. */
const NOT_FORWARDED = [
  'authorization',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'x-amz-security-token',
];

/**
 * Another engine in the place of the embedded S3. Calls are signed anew with the credentials of this process and handed
 * on as they come; IAM is not asked, and objects are encrypted as the engine does it.
 */
export function forwardToS3(engineUrl: string): S3Engine {
  const target = new URL(engineUrl);
  const { AWS_ACCESS_KEY_ID = 'local', AWS_SECRET_ACCESS_KEY = 'local' } = process.env;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const region = process.env.AWS_REGION ?? LOCAL_REGION;
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
  });
  const client = new S3Client({ endpoint: engineUrl, region, credentials, forcePathStyle: true });
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;

  return {
    signingName: 's3',
    async handle(request, response) {
      const { method = 'GET', url = '/' } = request;
      // Taken apart by hand: URL would resolve the dots in a key such as `a/../b`.
      const [path = '/', query = ''] = url.split('?');
      const signed = await signer.sign({
        method,
        protocol: target.protocol,
        hostname: target.hostname,
        path,
        query: Object.fromEntries(new URLSearchParams(query)),
        headers: { ...forwarded(request.headers), host: target.host },
      });
      const { protocol, hostname, port } = target;
      const outgoing = send({
        protocol,
        hostname,
        port,
        path: url,
        method,
        headers: signed.headers,
      });
      const [[answer]] = await Promise.all([
        once(outgoing, 'response'),
        pipeline(request, outgoing),
      ]);
      response.writeHead(answer.statusCode, forwarded(answer.headers));
      await pipeline(answer, response);
    },
    async createBucket(Bucket, { versioned, objectLock, defaultRetention }) {
      try {
        await client.send(
          new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: objectLock ?? false }),
        );
      } catch (error) {
        if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
      }
      if (defaultRetention)
        await client.send(
          new PutObjectLockConfigurationCommand({
            Bucket,
            ObjectLockConfiguration: {
              ObjectLockEnabled: 'Enabled',
              Rule: {
                DefaultRetention: { Mode: defaultRetention.mode, Days: defaultRetention.days },
              },
            },
          }),
        );
      if (versioned)
        await client.send(
          new PutBucketVersioningCommand({
            Bucket,
            VersioningConfiguration: { Status: 'Enabled' },
          }),
        );
    },
    async close() {
      client.destroy();
    },
  };
}

function forwarded(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || NOT_FORWARDED.includes(name) ? [] : [[name, String(value)]],
    ),
  );
}
