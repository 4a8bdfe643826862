import { StorageClass } from '@aws-sdk/client-s3';
import { type EnvironmentVariable, requireEnv } from '../env.ts';

/** @throws Error when the variable names no storage class of S3 */
export function requireStorageClass(name: EnvironmentVariable): StorageClass {
  const value = requireEnv(name);
  const known = Object.values(StorageClass).find((storageClass) => storageClass === value);
  if (!known) throw new Error(`environment variable ${name} names no S3 storage class`);
  return known;
}
