import { Readable } from 'node:stream';
import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { type BagFiles, bagFiles } from '../../restore/bag-files.ts';
import { collect } from '../../restore/open-bag.ts';

const CONTENT = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');

/** A client whose replies break off after some bytes, and that notes what it was asked for. */
function breakingClient(bytesEach: number, end: 'error' | 'silence' = 'error') {
  const asked: { Range?: string; IfMatch?: string }[] = [];
  const client = {
    async send({ input }: { input: { Range?: string; IfMatch?: string } }) {
      const { Range, IfMatch } = input;
      asked.push({ ...(Range && { Range }), ...(IfMatch && { IfMatch }) });
      const [, from = 0, to = ''] = /^bytes=(\d+)-(\d*)$/.exec(Range ?? '') ?? [];
      const wanted = CONTENT.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
      async function* body() {
        yield wanted.subarray(0, bytesEach);
        if (wanted.length > bytesEach && end === 'error') throw new Error('socket hang up');
      }
      return { ETag: '"e"', ContentLength: wanted.length, Body: Readable.from(body()) };
    },
  } as unknown as S3Client;
  const files: BagFiles = bagFiles(client, { bucket: 'vault', prefix: 'bag/' });
  return { files, asked };
}

test.each(['error', 'silence'] as const)(
  'a reply that breaks off with %s goes on at its next byte, of the same file',
  async (end) => {
    const { files, asked } = breakingClient(15, end);
    expect(await collect(files.read('data/x'))).toEqual(CONTENT);
    expect(asked).toEqual([
      {},
      { Range: 'bytes=15-35', IfMatch: '"e"' },
      { Range: 'bytes=30-35', IfMatch: '"e"' },
    ]);
  },
);

test('a range that breaks off goes on to its end and no further', async () => {
  const { files, asked } = breakingClient(4);
  const read = await collect(files.read('data/x', { offset: 10, length: 6 }));
  expect(read.toString()).toBe('abcdef');
  expect(asked).toEqual([{ Range: 'bytes=10-15' }, { Range: 'bytes=14-15', IfMatch: '"e"' }]);
});

test('replies without a byte are asked for five times', async () => {
  const { files, asked } = breakingClient(0);
  await expect(collect(files.read('data/x'))).rejects.toThrow('socket hang up');
  expect(asked.length).toBe(5);
});

test('credentials that end while it waits for S3 are called that, though a HEAD cannot say why', async () => {
  const refusing = (name: string) => {
    const refusal = new S3ServiceException({
      name,
      message: 'refused',
      $fault: 'client',
      $metadata: { httpStatusCode: 400 },
    });
    const client = { send: () => Promise.reject(refusal) } as unknown as S3Client;
    return bagFiles(client, { bucket: 'vault', prefix: 'bag/' });
  };
  const expired = 'the AWS credentials have expired: the same command goes on with new ones';
  await expect(collect(refusing('ExpiredToken').read('data/x'))).rejects.toThrow(expired);
  await expect(refusing('400').readStanding('data/x')).rejects.toThrow(expired);
  await expect(collect(refusing('InvalidRequest').read('data/x'))).rejects.toThrow(
    'S3 refused data/x: InvalidRequest, refused',
  );
});

test('a range behind the end of the file is damage, not an empty document', async () => {
  const { files } = breakingClient(99);
  await expect(collect(files.read('data/x', { offset: 30, length: 20 }))).rejects.toThrow(
    expect.objectContaining({
      name: 'DamageError',
      message: 'data/x ends at byte 36, before the range that is needed',
    }),
  );
});
