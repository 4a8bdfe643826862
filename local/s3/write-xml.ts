const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** What an XML parser would drop, normalise or refuse when it stands there raw; S3 writes it as a character reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters in keys are what this escapes
const UNSAFE = /[&<>"\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/g;

function escapeText(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => ENTITIES[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
  );
}

/** An element with text, or nothing at all when there is no value. */
export function leaf(name: string, value: string | number | boolean | undefined): string {
  return value === undefined ? '' : `<${name}>${escapeText(String(value))}</${name}>`;
}

/** An element around markup made by `leaf` and `branch`. */
export function branch(name: string, ...markup: readonly string[]): string {
  return `<${name}>${markup.join('')}</${name}>`;
}

export function xmlDocument(root: string, ...markup: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${markup.join('')}</${root}>`;
}
