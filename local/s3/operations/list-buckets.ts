import { OWNER_MARKUP } from '../listed-object.ts';
import type { ObjectStorage } from '../object-storage.ts';
import type { Operation } from '../operation.ts';
import { xmlReply } from '../s3-reply.ts';
import { branch, leaf, xmlDocument } from '../write-xml.ts';

export function listBuckets(storage: ObjectStorage): Operation {
  return {
    name: 'ListBuckets',
    method: 'GET',
    on: 'service',
    selectors: [],
    parameters: [],
    headers: [],
    async run(_request, caller) {
      caller.authorise('s3:ListAllMyBuckets', '*');
      const buckets = Array.from(storage.buckets.values()).sort((left, right) =>
        left.name < right.name ? -1 : 1,
      );
      return xmlReply(
        xmlDocument(
          'ListAllMyBucketsResult',
          branch(
            'Buckets',
            ...buckets.map((bucket) =>
              branch(
                'Bucket',
                leaf('Name', bucket.name),
                leaf('CreationDate', bucket.createdAt.toISOString()),
              ),
            ),
          ),
          OWNER_MARKUP,
        ),
      );
    },
  };
}
