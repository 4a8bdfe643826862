import { XMLParser } from 'fast-xml-parser';
import { S3Error } from './s3-error.ts';

/** One element of a request body: its text, and its children by name in document order. */
export interface XmlElement {
  readonly text: string;
  children(name: string): readonly XmlElement[];
  child(name: string): XmlElement | undefined;
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  // A key may begin or end with white space.
  trimValues: false,
  // Without it numeric character references (a newline in a key) stay undecoded.
  htmlEntities: true,
});

/** @throws S3Error `MalformedXML` unless the document is well-formed and its root is `root` */
export function readXml(document: string, root: string): XmlElement {
  let parsed: unknown;
  try {
    parsed = parser.parse(document, true);
  } catch {
    throw malformedXml();
  }
  const found = elementOf(parsed).child(root);
  if (found === undefined) throw malformedXml();
  return found;
}

export function requireText(parent: XmlElement, name: string): string {
  const text = parent.child(name)?.text;
  if (text === undefined || text === '') throw malformedXml();
  return text;
}

export function malformedXml(): S3Error {
  return new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

function elementOf(parsed: unknown): XmlElement {
  const children = (name: string): readonly XmlElement[] => {
    if (typeof parsed !== 'object' || parsed === null) return [];
    const value: unknown = Reflect.get(parsed, name);
    if (value === undefined) return [];
    return Array.isArray(value) ? value.map(elementOf) : [elementOf(value)];
  };
  return {
    text: typeof parsed === 'string' ? parsed : '',
    children,
    child: (name) => children(name)[0],
  };
}
