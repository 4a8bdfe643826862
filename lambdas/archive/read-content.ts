import { isOffboardingError, OffboardingError } from '../core/errors.ts';
import type { ObjectProperties, ObjectVersion, PartitionItem } from '../core/store-record.ts';
import type { RecordReader } from '../stores/record-reader.ts';

/** Takes a stretch of a content that begins at `offset`. What comes for the same place again counts instead of the first. */
export type Take = (bytes: Buffer, offset: number) => void;

const READ_ATTEMPTS = 3;

/**
 * Reads the whole content of one record, never more than was inventoried. The SDK retries until a reply begins; a reply that
 * breaks off half-way is asked for again here, from its start.
 * @returns the properties of an object that has any
 * @throws OffboardingError `SOURCE_CHANGED` when it is gone, no longer the same, or of another size
 */
export async function readContent(
  reader: RecordReader,
  record: ObjectVersion | PartitionItem,
  take: Take,
): Promise<ObjectProperties | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { content, properties } = await reader.open(record);
      await takeAll(content, record, take);
      return properties;
    } catch (error) {
      if (isOffboardingError(error) || attempt === READ_ATTEMPTS) throw error;
    }
  }
}

async function takeAll(
  content: AsyncIterable<Buffer>,
  { key, size }: ObjectVersion | PartitionItem,
  take: Take,
): Promise<void> {
  let bytes = 0;
  for await (const chunk of content) {
    // What is more than was inventoried has no place.
    if (bytes + chunk.length <= size) take(chunk, bytes);
    bytes += chunk.length;
  }
  if (bytes !== size)
    throw new OffboardingError('SOURCE_CHANGED', `a member of ${size} bytes was read as ${bytes}`, {
      details: { key },
    });
}
