import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
  'GLACIER',
  'DEEP_ARCHIVE',
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];

/** @throws S3Error `InvalidStorageClass` */
export function storageClassIn(request: S3Request): StorageClass {
  const name = request.header('x-amz-storage-class') ?? 'STANDARD';
  const found = STORAGE_CLASSES.find((storageClass) => storageClass === name);
  if (found === undefined) {
    throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid');
  }
  return found;
}

/** Objects of these classes are readable only after RestoreObject. */
export function isArchiveClass(storageClass: StorageClass): boolean {
  return storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
}

/** S3 names every class in a header but the default one. */
export function storageClassHeaders(storageClass: StorageClass): Record<string, string> {
  return storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass };
}
