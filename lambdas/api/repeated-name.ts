/**
 * The first name that an object of a JSON text has twice, undefined when none does. RFC 8259 leaves the meaning of such a
 * text to its reader: `{"decision": "reject", "decision": "approve"}` must not depend on who reads it.
 * @param json a text that `JSON.parse` accepts
 */
export function repeatedName(json: string): string | undefined {
  // A list of its own instead of recursion: a text may be nested a million deep.
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      // A list gets a set as well, which stays empty: nothing in it stands before a colon.
      case '{':
      case '[':
        open.push(new Set());
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(json, at);
        if (isName(json, end)) {
          const name: string = JSON.parse(json.slice(at, end));
          const names = open.at(-1);
          if (names?.has(name)) return name;
          names?.add(name);
        }
        at = end - 1;
      }
    }
  }
  return undefined;
}

/** @returns where the string that begins at `start` is over */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isName(json: string, end: number): boolean {
  let at = end;
  while (json[at] === ' ' || json[at] === '\t' || json[at] === '\n' || json[at] === '\r') at += 1;
  return json[at] === ':';
}
