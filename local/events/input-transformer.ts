import { z } from 'zod';
import type { BusEvent } from './bus-event.ts';
import type { EventValue } from './event-pattern.ts';

const PATH = /^\$(\.[\w-]+)*$/;
/** `<name>`; within quotes of the template or outside them. */
const QUOTED_OR_VARIABLE = /"(?:[^"\\]|\\.)*"|<([\w.-]+)>/g;

export const inputTransformerSchema = z.strictObject({
  InputPathsMap: z
    .record(z.string(), z.string().regex(PATH, 'a path of names joined by dots'))
    .default({}),
  InputTemplate: z.string(),
});
export type InputTransformer = z.infer<typeof inputTransformerSchema>;

/**
 * Compiles what a rule makes of an event for its target. Within quotes a variable stands for its text, outside them for its JSON.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 * @throws Error naming a variable that has no path, EventBridge's own (`<aws.events…>`) among them
 */
export function compileTransformer({
  InputPathsMap,
  InputTemplate,
}: InputTransformer): (event: BusEvent) => string {
  for (const [, name = ''] of InputTemplate.matchAll(/<([\w.-]+)>/g))
    if (!(name in InputPathsMap)) throw new Error(`<${name}> of the input template has no path`);
  return (event) => {
    const read = (name: string) => valueAt(event, InputPathsMap[name] ?? '$');
    return InputTemplate.replace(QUOTED_OR_VARIABLE, (found, name: string | undefined) =>
      name === undefined
        ? found.replace(/<([\w.-]+)>/g, (_, quoted: string) => asText(read(quoted)))
        : JSON.stringify(read(name) ?? ''),
    );
  };
}

function valueAt(event: BusEvent, path: string): EventValue | undefined {
  const names = path.split('.').slice(1);
  return names.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined,
    event,
  ) as EventValue | undefined;
}

/** Escaped as the string around it is JSON. What is not there is left empty. */
function asText(value: EventValue | undefined): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify(text).slice(1, -1);
}
