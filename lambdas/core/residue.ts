const DAY_MS = 86_400_000;

/** Where AWS keeps things by itself, after the product has deleted them. */
export type ResidueKind =
  | 'dynamodb-point-in-time-recovery'
  | 'cloudwatch-logs'
  | 'step-functions-history'
  | 'x-ray-traces'
  | 's3-expiration'
  | 'sqs-message-retention'
  | 'eventbridge-archive';

/** One line of the residue register: what this deployment's own resources keep of a purged plane, and for how long. */
export interface ResidueSource {
  readonly what: string;
  readonly kind: ResidueKind;
  /** Whole days after the deletion on which the last of it has run out, typically where AWS gives no bound: `source` says so. */
  readonly days: number;
  /** Where the figure comes from: the property of the template, or the page that says so. */
  readonly source: string;
}

/** A copy that nobody can delete: AWS keeps it for a time that is known. */
export interface ResidualCopy {
  readonly what: string;
  readonly kind: ResidueKind;
  /** Of a place of the plane's own: the `ref` that its part has in `destruction`. */
  readonly ref?: string;
  readonly until: string;
  readonly source: string;
}

/** What the services answered about one place of the plane, when nothing was left in it. */
export interface PlaceCopies {
  /** SHA-256 of the descriptor's canonical JSON, as in the scope. */
  readonly ref: string;
  /** The call that was made. */
  readonly asked: 'dynamodb:DescribeContinuousBackups' | 's3:GetBucketReplication';
  readonly found:
    | { readonly copies: 'none' }
    | { readonly copies: 'point-in-time-recovery'; readonly days: number }
    /** Deletions of versions are never replicated, so what had been copied before is still there. */
    | { readonly copies: 'replicas' }
    | { readonly copies: 'unknown'; readonly code: string };
}

/** @param from when everything had been deleted: later than any single deletion, so that nothing runs out after `until` */
export function residualCopies(
  register: readonly ResidueSource[],
  places: readonly PlaceCopies[],
  from: Date,
): readonly ResidualCopy[] {
  const until = (days: number) => new Date(from.getTime() + days * DAY_MS).toISOString();
  return [
    ...register.map(({ what, kind, days, source }) => ({ what, kind, until: until(days), source })),
    ...places.flatMap(({ ref, asked, found }) =>
      found.copies === 'point-in-time-recovery'
        ? [
            {
              what: "a table of the plane's own",
              kind: 'dynamodb-point-in-time-recovery' as const,
              ref,
              until: until(found.days),
              source: asked,
            },
          ]
        : [],
    ),
  ];
}

/** What was asked about and cannot be given a date, in words. */
export function unknownCopies(places: readonly PlaceCopies[]): readonly string[] {
  return places.flatMap(({ ref, asked, found }) => {
    if (found.copies === 'replicas')
      return [`replicas of ${ref}: its bucket is replicated (${asked})`];
    if (found.copies === 'unknown') return [`copies of ${ref}: ${asked} answered ${found.code}`];
    return [];
  });
}

/** When the last of them has run out; `from` when there are none. */
export function lastUntil(copies: readonly ResidualCopy[], from: string): string {
  return copies.reduce((last, { until }) => (until > last ? until : last), from);
}
