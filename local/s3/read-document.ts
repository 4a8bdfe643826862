import { malformedXml, readXml, type XmlElement } from './read-xml.ts';
import { type PayloadSink, receivePayload } from './receive-payload.ts';
import { S3Error } from './s3-error.ts';
import type { S3Request } from './s3-request.ts';

/** Ample for 1,000 keys of 1,024 bytes with every byte escaped, and for 10,000 parts. */
const MAXIMUM_DOCUMENT_BYTES = 8 * 1024 * 1024;

const documentSink: PayloadSink<string> = {
  async keep(source) {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of source) {
      size += chunk.length;
      if (size > MAXIMUM_DOCUMENT_BYTES) throw malformedXml();
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  },
  discard: async () => undefined,
};

/** The XML body of a request, verified like any payload; undefined for an empty one. */
export async function readDocument(
  request: S3Request,
  root: string,
): Promise<XmlElement | undefined> {
  const { kept } = await receivePayload(request, documentSink, []);
  return kept === '' ? undefined : readXml(kept, root);
}

/** @throws S3Error `MalformedXML` for an empty body */
export async function requireDocument(request: S3Request, root: string): Promise<XmlElement> {
  const document = await readDocument(request, root);
  if (document === undefined) throw malformedXml();
  return document;
}

/** For CompleteMultipartUpload, whose checksum headers speak of the object and not of this document. */
export async function requireUncheckedDocument(
  request: S3Request,
  root: string,
): Promise<XmlElement> {
  return readXml(await documentSink.keep(request.body()), root);
}

/** For operations that S3 performs only on a body the client vouches for. */
export async function requireVouchedDocument(
  request: S3Request,
  root: string,
): Promise<XmlElement> {
  const { kept, vouched } = await receivePayload(request, documentSink, []);
  if (!vouched) {
    throw new S3Error(
      'InvalidRequest',
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
    );
  }
  return readXml(kept, root);
}
