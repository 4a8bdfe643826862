import { type Json, UnsupportedDefinition } from './asl.ts';

/** The state whose paths are rewritten; `key` is its place under `$$.States` of the rewritten context. */
export interface StateReference {
  readonly name: string;
  readonly key: string;
}

/** String literals of intrinsic functions, so that they are left alone; and paths into the context object. */
const LITERAL_OR_CONTEXT_PATH = /'(?:\\.|[^'\\])*'|\$\$((?:\.\w+)*)/g;

const PROVIDED: readonly (readonly [RegExp, (state: StateReference) => string])[] = [
  // The interpreter puts real time and the input of a map iteration under `Execution`, so ours has another name.
  [/^\.Execution(?=\.(Id|Name|RoleArn|StartTime|Input)(\.|$))/, () => '.Run'],
  [/^\.State(?=\.(Name|EnteredTime)$)/, ({ key }) => `.States.${key}`],
  [/^\.StateMachine(?=\.(Id|Name)$)/, () => '.StateMachine'],
  [/^\.Task(?=\.Token$)/, () => '.Task'],
  [/^\.Map\.Item(?=\.(Index|Value)(\.|$))/, () => '.Map.Item'],
];

/** One path or intrinsic function, with its paths into the context object as the interpreter finds them. */
export function rewritePath(text: string, state: StateReference): string {
  return text.replaceAll(LITERAL_OR_CONTEXT_PATH, (found: string, path: string | undefined) => {
    if (path === undefined) return found;
    for (const [pattern, replacement] of PROVIDED)
      if (pattern.test(path)) return `$$${path.replace(pattern, replacement(state))}`;
    throw new UnsupportedDefinition(`${state.name}: ${found} is not provided`);
  });
}

/** A payload template: the values of keys that end in `.$` are paths. */
export function rewriteTemplate(template: Json, state: StateReference): Json {
  return mapStrings(template, (key, text) =>
    key.endsWith('.$') ? rewritePath(text, state) : text,
  );
}

/** Calls `change` for every string that is the value of a key. */
export function mapStrings(value: Json, change: (key: string, text: string) => string): Json {
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      typeof item === 'string' ? change(key, item) : mapStrings(item, change),
    ]),
  );
}
