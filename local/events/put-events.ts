import { z } from 'zod';
import { WireError } from '../json-wire.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const ENTRIES_MAX = 10;
/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
const REQUEST_BYTES_MAX = 256 * 1024;
const TIME_BYTES = 14;

const entrySchema = z.strictObject({
  Source: z.string().min(1),
  DetailType: z.string().min(1).max(128),
  Detail: z.string(),
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  /** Seconds since 1970. */
  Time: z.number().optional(),
  TraceHeader: z.string().optional(),
});
export type PutEventsEntry = z.infer<typeof entrySchema>;

const requestSchema = z.strictObject({
  Entries: z.array(entrySchema).min(1).max(ENTRIES_MAX),
});

/** @throws WireError ValidationException */
export function readPutEvents(body: unknown): readonly PutEventsEntry[] {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) throw new WireError('ValidationException', z.prettifyError(parsed.error));
  const { Entries } = parsed.data;
  if (Entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > REQUEST_BYTES_MAX)
    throw new WireError(
      'ValidationException',
      'Total size of the entries in the request is over the limit.',
    );
  return Entries;
}

function entryBytes({ Source, DetailType, Detail, Resources, Time }: PutEventsEntry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return texts.reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    Time === undefined ? 0 : TIME_BYTES,
  );
}
