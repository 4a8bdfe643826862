import { createHash } from 'node:crypto';

/**
 * A validator of BagIt 1.0 bags, written from RFC 8493 and from nothing of this product.
 * @param files every file of the bag by its path
 * @returns what is wrong; nothing for a valid, complete bag
 */
export function bagItProblems(files: ReadonlyMap<string, Buffer>): string[] {
  const problems: string[] = [];
  const text = (path: string) => {
    const file = files.get(path);
    if (!file) problems.push(`${path} is missing`);
    return file?.toString('utf8') ?? '';
  };

  // 2.1.1: exactly these two lines, UTF-8, no byte order mark.
  if (!/^BagIt-Version: 1\.0\r?\nTag-File-Character-Encoding: UTF-8\r?\n?$/.test(text('bagit.txt')))
    problems.push('bagit.txt is not a declaration of BagIt 1.0');

  // 2.1.3: the payload manifest names every file under data/, and only those.
  const payloads = [...files.keys()].filter((path) => path.startsWith('data/'));
  problems.push(
    ...compare(
      'manifest-sha256.txt',
      readManifest(text('manifest-sha256.txt'), problems),
      payloads,
      files,
    ),
  );

  // 2.2.1: the tag manifest names every other file but tag manifests.
  const tags = [...files.keys()].filter(
    (path) => !path.startsWith('data/') && !path.startsWith('tagmanifest-'),
  );
  problems.push(
    ...compare(
      'tagmanifest-sha256.txt',
      readManifest(text('tagmanifest-sha256.txt'), problems),
      tags,
      files,
    ),
  );

  // 2.2.2: Payload-Oxum is octets, a dot, and the number of payload files.
  const oxum = /^Payload-Oxum: (\d+)\.(\d+)$/m.exec(text('bag-info.txt'));
  const octets = payloads.reduce((sum, path) => sum + (files.get(path)?.length ?? 0), 0);
  if (Number(oxum?.[1]) !== octets || Number(oxum?.[2]) !== payloads.length)
    problems.push(`Payload-Oxum is ${oxum?.[0]}, the payload is ${octets}.${payloads.length}`);
  return problems;
}

function readManifest(text: string, problems: string[]): Map<string, string> {
  const entries = new Map<string, string>();
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') continue;
    const [, digest, encoded] = /^([0-9a-fA-F]{64})[ \t]+(.+)$/.exec(line) ?? [];
    if (digest === undefined || encoded === undefined) {
      problems.push(`not a manifest line: ${line}`);
      continue;
    }
    const path = encoded.replace(/%0A/gi, '\n').replace(/%0D/gi, '\r').replace(/%25/g, '%');
    if (path.startsWith('/') || path.startsWith('~') || path.split('/').includes('..'))
      problems.push(`a manifest names a path outside of the bag: ${path}`);
    if (entries.has(path)) problems.push(`a manifest names ${path} twice`);
    entries.set(path, digest.toLowerCase());
  }
  return entries;
}

function compare(
  manifest: string,
  entries: ReadonlyMap<string, string>,
  expected: readonly string[],
  files: ReadonlyMap<string, Buffer>,
): string[] {
  const unlisted = expected.filter((path) => !entries.has(path));
  const wrong = [...entries].filter(([path, digest]) => {
    const file = files.get(path);
    return !file || createHash('sha256').update(file).digest('hex') !== digest;
  });
  return [
    ...unlisted.map((path) => `${manifest} does not name ${path}`),
    ...wrong.map(([path]) => `${manifest} names ${path}, which is missing or has another SHA-256`),
  ];
}
