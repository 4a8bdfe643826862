import type { ChecksumAlgorithm, ChecksumType } from './checksum.ts';
import type { ObjectLock } from './object-lock.ts';
import type { StorageClass } from './storage-class.ts';
import type { StoredBody } from './stored-body.ts';

export interface UploadedPart {
  readonly partNumber: number;
  readonly body: StoredBody;
  readonly size: number;
  readonly etag: string;
  /** Base64, by the algorithm of the upload. */
  readonly checksum: string;
  readonly lastModified: number;
}

/** An upload in progress, with all that its object will be. */
export interface MultipartUpload {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedAt: Date;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
  /** The client named the algorithm; otherwise it is the default one and parts may carry any other. */
  readonly checksumDeclared: boolean;
  readonly storageClass: StorageClass;
  readonly encryptionKeyArn: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly lock: ObjectLock | undefined;
  readonly parts: Map<number, UploadedPart>;
}
