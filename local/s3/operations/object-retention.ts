import { PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { findLockable } from '../find-lockable.ts';
import {
  assertRetentionChange,
  notLocked,
  parseRetention,
  type Retention,
} from '../object-lock.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { authoriseBypass } from '../permissions.ts';
import { requireVouchedDocument } from '../read-document.ts';
import { requireText, type XmlElement } from '../read-xml.ts';
import { emptyReply, xmlReply } from '../s3-reply.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

export function putObjectRetention(storage: ObjectStorage): Operation {
  return {
    name: 'PutObjectRetention',
    method: 'PUT',
    on: 'object',
    selectors: ['retention'],
    parameters: ['versionId'],
    headers: [...PAYLOAD_HEADERS, 'x-amz-bypass-governance-retention'],
    async run(request, caller) {
      const version = findLockable(storage, request, caller, 's3:PutObjectRetention');
      const document = await requireVouchedDocument(request, 'Retention');
      const now = storage.now();
      const retention = readRetention(document, now);
      const mayBypass = authoriseBypass(caller, request, request.key);
      assertRetentionChange(version.lock?.retention, retention, mayBypass, now);
      version.lock = { legalHold: version.lock?.legalHold ?? false, retention };
      return emptyReply();
    },
  };
}

/** An empty element takes the retention away. */
function readRetention(document: XmlElement, now: Date): Retention | undefined {
  if (document.child('Mode') === undefined && document.child('RetainUntilDate') === undefined) {
    return undefined;
  }
  return parseRetention(
    requireText(document, 'Mode'),
    requireText(document, 'RetainUntilDate'),
    now,
  );
}

export function getObjectRetention(storage: ObjectStorage): Operation {
  return {
    name: 'GetObjectRetention',
    method: 'GET',
    on: 'object',
    selectors: ['retention'],
    parameters: ['versionId'],
    headers: [],
    async run(request, caller) {
      const { lock } = findLockable(storage, request, caller, 's3:GetObjectRetention');
      if (lock?.retention === undefined) throw notLocked();
      return xmlReply(
        xmlDocument(
          'Retention',
          leaf('Mode', lock.retention.mode),
          leaf('RetainUntilDate', new Date(lock.retention.retainUntil).toISOString()),
        ),
      );
    },
  };
}
