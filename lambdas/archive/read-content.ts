import { isOffboardingError, OffboardingError } from '../core/errors.ts';
import type { ObjectProperties, ObjectVersion, PartitionItem } from '../core/store-record.ts';
import type { RecordReader } from '../stores/record-reader.ts';

export interface ReadContent {
  readonly content: Buffer;
  /** Of an object that has any. */
  readonly properties?: ObjectProperties;
}

const READ_ATTEMPTS = 3;

/**
 * The whole content of one record, in memory. The SDK retries until a reply begins; a reply that breaks off half-way is
 * asked for again here.
 * @throws OffboardingError `SOURCE_CHANGED` when it is gone, no longer the same, or of another size
 */
export async function readContent(
  reader: RecordReader,
  record: ObjectVersion | PartitionItem,
): Promise<ReadContent> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { content, ...rest } = await reader.open(record);
      return { content: await collect(content, record), ...rest };
    } catch (error) {
      if (isOffboardingError(error) || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

/**
 * Into memory of the size that was inventoried, and never more: lists of chunks would cost it twice. Most small documents
 * arrive as one chunk, which is taken as it is.
 */
async function collect(
  stream: AsyncIterable<Buffer>,
  { key, size }: ObjectVersion | PartitionItem,
): Promise<Buffer> {
  let content: Buffer | undefined;
  let bytes = 0;
  for await (const chunk of stream) {
    if (bytes === 0 && chunk.length === size) content = chunk;
    else {
      content ??= Buffer.allocUnsafeSlow(size);
      chunk.copy(content, bytes);
    }
    bytes += chunk.length;
  }
  if (bytes === size) return content ?? Buffer.alloc(0);
  throw new OffboardingError('SOURCE_CHANGED', `a member of ${size} bytes was read as ${bytes}`, {
    details: { key },
  });
}
