import { PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { findObject } from '../find-object.ts';
import { wholeNumber } from '../listing-request.ts';
import { type ObjectStorage, requireBucket } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { objectArn } from '../permissions.ts';
import { requireDocument } from '../read-document.ts';
import { malformedXml, requireText, type XmlElement } from '../read-xml.ts';
import { availabilityOf, invalidObjectState, planRestore, type RestoreTier } from '../restore.ts';
import { invalidArgument, notImplemented, S3Error } from '../s3-error.ts';
import { emptyReply } from '../s3-reply.ts';

export function restoreObject(storage: ObjectStorage): Operation {
  return {
    name: 'RestoreObject',
    method: 'POST',
    on: 'object',
    selectors: ['restore'],
    parameters: ['versionId'],
    headers: PAYLOAD_HEADERS,
    async run(request, caller) {
      caller.authorise('s3:RestoreObject', objectArn(request.bucket, request.key));
      const { days, tier } = readRestore(await requireDocument(request, 'RestoreRequest'));
      const bucket = requireBucket(storage, request.bucket);
      const versionId = request.query.get('versionId');
      const { version, content } = findObject(bucket, request.key, versionId, caller);
      const now = storage.now();
      const availability = availabilityOf(version, now);
      if (availability === 'active') {
        throw invalidObjectState(
          `Restore is not allowed for the object's current storage class`,
          content.storageClass,
        );
      }
      if (availability === 'restoring') {
        throw new S3Error('RestoreAlreadyInProgress', 'Object restore is already in progress');
      }
      if (availability === 'restored' && version.restore !== undefined) {
        // The copy is there: only its last day moves.
        version.restore = {
          ...planRestore(now.getTime(), days),
          availableAt: version.restore.availableAt,
        };
        return emptyReply();
      }
      const delayMs = storage.restoreDelayMs(content.storageClass, tier);
      if (delayMs === undefined) {
        throw invalidArgument('Tier', tier, `${tier} is not available for this storage class`);
      }
      version.restore = planRestore(now.getTime() + delayMs, days);
      return emptyReply({}, 202);
    },
  };
}

function readRestore(document: XmlElement): { days: number; tier: RestoreTier } {
  for (const name of ['SelectParameters', 'OutputLocation', 'Type']) {
    if (document.child(name) !== undefined) throw notImplemented(`RestoreObject with ${name}`);
  }
  const days = wholeNumber('Days', requireText(document, 'Days'));
  if (days === 0) throw invalidArgument('Days', '0', 'Days must be at least 1');
  const tier =
    document.child('GlacierJobParameters')?.child('Tier')?.text ??
    document.child('Tier')?.text ??
    'Standard';
  if (tier !== 'Expedited' && tier !== 'Standard' && tier !== 'Bulk') throw malformedXml();
  return { days, tier };
}
