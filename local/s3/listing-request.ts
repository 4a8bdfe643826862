import { invalidArgument } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';
import { encodeForListing } from './url-encoding.ts';
import { leaf } from './write-xml.ts';

/** More may be asked for, no more is given: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html. */
const MAXIMUM_PAGE = 1000;

/** @throws S3Error `InvalidArgument` unless the parameter, if there, is a whole number of 0 or more */
export function pageSizeOf(name: string, value: string | undefined): number {
  return Math.min(wholeNumber(name, value ?? String(MAXIMUM_PAGE)), MAXIMUM_PAGE);
}

/** @throws S3Error `InvalidArgument` */
export function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,10}$/.test(text)) {
    throw invalidArgument(name, text, `Provided ${name} not an integer or within integer range`);
  }
  return Number(text);
}

/** How this listing writes keys: percent-encoded when `encoding-type=url`, else as XML text. */
export function textEncoderOf(request: S3Request): (text: string) => string {
  const type = request.query.get('encoding-type');
  if (type === undefined) return (text) => text;
  if (type === 'url') return encodeForListing;
  throw invalidArgument('encoding-type', type, 'Invalid Encoding Method specified in Request');
}

/** The elements in which every listing repeats its question. */
export function questionMarkup(request: S3Request, pageSizeName: string, pageSize: number): string {
  const encode = textEncoderOf(request);
  const delimiter = request.query.get('delimiter');
  return (
    leaf('Prefix', encode(request.query.get('prefix') ?? '')) +
    leaf('Delimiter', delimiter ? encode(delimiter) : undefined) +
    leaf(pageSizeName, pageSize) +
    leaf('EncodingType', request.query.get('encoding-type'))
  );
}

/** `s3:prefix`, the condition key that bounds a listing; absent when the request has no prefix. */
export function prefixContext(request: S3Request): Record<string, string> {
  const prefix = request.query.get('prefix');
  return prefix === undefined ? {} : { 's3:prefix': prefix };
}
