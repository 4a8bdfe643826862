import { PAYLOAD_HEADERS } from '../checksum-headers.ts';
import { findLockable } from '../find-lockable.ts';
import { notLocked, parseLegalHold } from '../object-lock.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { requireVouchedDocument } from '../read-document.ts';
import { requireText } from '../read-xml.ts';
import { emptyReply, xmlReply } from '../s3-reply.ts';
import { leaf, xmlDocument } from '../write-xml.ts';

export function putObjectLegalHold(storage: ObjectStorage): Operation {
  return {
    name: 'PutObjectLegalHold',
    method: 'PUT',
    on: 'object',
    selectors: ['legal-hold'],
    parameters: ['versionId'],
    headers: PAYLOAD_HEADERS,
    async run(request, caller) {
      const version = findLockable(storage, request, caller, 's3:PutObjectLegalHold');
      const document = await requireVouchedDocument(request, 'LegalHold');
      const legalHold = parseLegalHold(requireText(document, 'Status'));
      version.lock = { legalHold, retention: version.lock?.retention };
      return emptyReply();
    },
  };
}

export function getObjectLegalHold(storage: ObjectStorage): Operation {
  return {
    name: 'GetObjectLegalHold',
    method: 'GET',
    on: 'object',
    selectors: ['legal-hold'],
    parameters: ['versionId'],
    headers: [],
    async run(request, caller) {
      const { lock } = findLockable(storage, request, caller, 's3:GetObjectLegalHold');
      if (lock === undefined) throw notLocked();
      return xmlReply(xmlDocument('LegalHold', leaf('Status', lock.legalHold ? 'ON' : 'OFF')));
    },
  };
}
