/** Stands for `Ref: AWS::NoValue`: the property or list element that holds it is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

/** What intrinsic functions ask the template. Each throws, naming what it does not know. */
export interface IntrinsicScope {
  /** A pseudo parameter, a parameter or a resource's physical id. */
  ref(logicalName: string): unknown;
  getAtt(logicalId: string, attribute: string): string;
  condition(name: string): boolean;
  findInMap(map: string, first: string, second: string): unknown;
}

type Intrinsic = (argument: unknown, scope: IntrinsicScope) => unknown;

/** Resolves every intrinsic function in a value. @throws Error naming an intrinsic it does not know */
export function resolveIntrinsics(value: unknown, scope: IntrinsicScope): unknown {
  if (typeof value === 'string') {
    if (value.includes('{{resolve:'))
      throw new Error(`dynamic reference ${value} has no value here`);
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item) => resolveIntrinsics(item, scope)).filter((item) => item !== NO_VALUE);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [key, argument] = entries[0] ?? [];
  if (key !== undefined && (key === 'Ref' || key.startsWith('Fn::')) && entries.length === 1) {
    const intrinsic = INTRINSICS[key];
    if (!intrinsic) throw new Error(`unknown intrinsic function ${key}`);
    return intrinsic(argument, scope);
  }
  return Object.fromEntries(
    entries
      .map(([name, item]): [string, unknown] => [name, resolveIntrinsics(item, scope)])
      .filter(([, item]) => item !== NO_VALUE),
  );
}

/** Evaluates an entry of the template's `Conditions`. @throws Error naming a function it does not know */
export function evaluateCondition(expression: unknown, scope: IntrinsicScope): boolean {
  const [[key, argument] = ['nothing', undefined]] = Object.entries(expression ?? {});
  const operands = Array.isArray(argument) ? argument : [];
  switch (key) {
    case 'Condition':
      return scope.condition(String(argument));
    case 'Fn::Equals': {
      const [left, right] = operands.map((operand) => resolveIntrinsics(operand, scope));
      return String(left) === String(right);
    }
    case 'Fn::And':
      return operands.every((operand) => evaluateCondition(operand, scope));
    case 'Fn::Or':
      return operands.some((operand) => evaluateCondition(operand, scope));
    case 'Fn::Not':
      return !evaluateCondition(operands[0], scope);
    default:
      throw new Error(`unknown condition function ${key}`);
  }
}

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (argument, scope) => scope.ref(String(argument)),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, attribute] = Array.isArray(argument)
      ? argument.map((part) => text(resolveIntrinsics(part, scope)))
      : splitOnce(String(argument));
    return scope.getAtt(logicalId ?? '', attribute ?? '');
  },
  'Fn::Join': (argument, scope) => {
    const [delimiter, values] = list(argument, 'Fn::Join');
    return list(resolveIntrinsics(values, scope), 'Fn::Join').map(text).join(text(delimiter));
  },
  'Fn::Sub': (argument, scope) => {
    const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return substitute(text(template), new Map(Object.entries(variables ?? {})), scope);
  },
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(argument, 'Fn::Select').map((part) =>
      resolveIntrinsics(part, scope),
    );
    const selected = list(values, 'Fn::Select')[Number(index)];
    if (selected === undefined) throw new Error(`Fn::Select: there is no element ${text(index)}`);
    return selected;
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, value] = list(argument, 'Fn::Split');
    return text(resolveIntrinsics(value, scope)).split(text(delimiter));
  },
  'Fn::If': (argument, scope) => {
    const [name, whenTrue, whenFalse] = list(argument, 'Fn::If');
    return resolveIntrinsics(scope.condition(text(name)) ? whenTrue : whenFalse, scope);
  },
  'Fn::FindInMap': (argument, scope) => {
    const keys = list(argument, 'Fn::FindInMap').map((key) => text(resolveIntrinsics(key, scope)));
    const [map = '', first = '', second = ''] = keys;
    return scope.findInMap(map, first, second);
  },
};

function substitute(
  template: string,
  variables: ReadonlyMap<string, unknown>,
  scope: IntrinsicScope,
): string {
  return template.replaceAll(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (variables.has(name)) return text(resolveIntrinsics(variables.get(name), scope));
    const [logicalId, attribute] = splitOnce(name);
    return attribute === undefined
      ? text(scope.ref(logicalId))
      : scope.getAtt(logicalId, attribute);
  });
}

/** At the first dot: attribute names have dots of their own. */
function splitOnce(name: string): [logicalId: string, attribute: string | undefined] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
}

function text(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  throw new Error(`expected a string but found ${JSON.stringify(value)}`);
}

function list(value: unknown, intrinsic: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${intrinsic} wants a list but found ${JSON.stringify(value)}`);
}
