import { AsyncLocalStorage } from 'node:async_hooks';

/** What one of those who race does. It ends each of its steps where it next touches what the others touch too. */
export type Racer<World> = (world: World) => Promise<unknown>;

export interface Race<World> {
  /** The same at every start: each order of steps begins from it. */
  readonly world: () => World | Promise<World>;
  readonly racers: Readonly<Record<string, Racer<World>>>;
  /** Called when everybody has ended. `order` is what was called, by whom, in order. */
  readonly check: (
    world: World,
    outcomes: Readonly<Record<string, PromiseSettledResult<unknown>>>,
    order: readonly string[],
  ) => void | Promise<void>;
}

/** What a step touches. Without it, the step is taken to touch everything. */
export interface Touch {
  readonly port: object;
  readonly writes: boolean;
}

interface Step {
  readonly name: string;
  readonly touch: Touch | undefined;
  readonly isReady: () => boolean;
  readonly go: () => void;
}

interface Runner {
  readonly name: string;
  next: Step | undefined;
  outcome: PromiseSettledResult<unknown> | undefined;
  /** Called when it waits for its turn, or has ended. */
  onRest: () => void;
}

const running = new AsyncLocalStorage<Runner>();

/**
 * Makes methods of a port steps: whoever races waits for their turn before them. Outside a race it changes nothing.
 * @param touched what they touch, if others reach it through another port
 */
export function takeTurns<Port extends object>(
  name: string,
  port: Port,
  methods: Readonly<Partial<Record<keyof Port & string, 'reads' | 'writes'>>>,
  touched: object = port,
): Port {
  for (const [method, kind] of Object.entries(methods)) {
    const call: unknown = Reflect.get(port, method);
    if (typeof call !== 'function') throw new Error(`${name}.${method} cannot be called`);
    const touch = { port: touched, writes: kind === 'writes' };
    const value = async (...args: unknown[]) => {
      await turn(`${name}.${method}`, { touch });
      return call.apply(port, args);
    };
    Object.defineProperty(port, method, { value });
  }
  return port;
}

/** Ends a step. `isReady` says whether this racer may go on; it is asked again after every step of anybody. */
export function turn(
  name: string,
  { touch, isReady = () => true }: { touch?: Touch; isReady?: () => boolean } = {},
): Promise<void> {
  const runner = running.getStore();
  if (!runner) return Promise.resolve();
  if (runner.next)
    throw new Error(`${runner.name} does two things at once: ${runner.next.name}, ${name}`);
  return new Promise((go) => {
    runner.next = { name, touch, isReady, go };
    runner.onRest();
  });
}

/**
 * Runs a race once for every order in which its steps can follow each other. Of orders that only swap neighbouring steps
 * which cannot notice each other (two that touch different ports, or both only read) it runs one: the others end the same
 * way. That is partial order reduction by sleep sets, Godefroid 1996, https://doi.org/10.1007/3-540-60761-7.
 * @returns how many orders were run
 * @throws what `check` throws, with the order before it; Error when somebody waits for ever
 */
export async function everyInterleaving<World>(race: Race<World>): Promise<number> {
  let orders = 0;
  // Which of those who were awake went on, at each step of the order that is run next.
  let choices: number[] | undefined = [];
  while (choices) {
    const { taken, ended } = await runInOrder(race, choices);
    if (ended) orders += 1;
    choices = nextChoices(taken);
  }
  return orders;
}

interface Choice {
  readonly chosen: number;
  readonly awake: number;
}

function nextChoices(taken: readonly Choice[]): number[] | undefined {
  const last = taken.findLastIndex(({ chosen, awake }) => chosen + 1 < awake);
  if (last === -1) return undefined;
  return taken.slice(0, last + 1).map(({ chosen }, index) => chosen + (index === last ? 1 : 0));
}

async function runInOrder<World>(
  { world: build, racers, check }: Race<World>,
  choices: readonly number[],
): Promise<{ readonly taken: readonly Choice[]; readonly ended: boolean }> {
  const world = await build();
  const runners = await Promise.all(
    Object.entries(racers).map(([name, racer]) => begin(name, () => racer(world))),
  );
  const taken: Choice[] = [];
  const order: string[] = [];
  // Whose next step was run before this one already, in an order that this one could not be told from.
  let asleep: readonly Runner[] = [];
  for (;;) {
    const ready = runners.filter(({ next }) => next?.isReady());
    const awake = ready.filter((runner) => !asleep.includes(runner));
    if (ready.length > 0 && awake.length === 0) return { taken, ended: false };
    const chosen = choices[taken.length] ?? 0;
    const runner = awake[chosen];
    if (!runner?.next) break;
    const step = runner.next;
    taken.push({ chosen, awake: awake.length });
    order.push(`${runner.name}: ${step.name}`);
    asleep = [...asleep, ...awake.slice(0, chosen)].filter(
      ({ next }) => next && !notice(next.touch, step.touch),
    );
    runner.next = undefined;
    await untilRest(runner, step.go);
  }
  const stuck = runners.filter(({ outcome }) => !outcome).map(({ name }) => name);
  if (stuck.length > 0) throw new Error(`${stuck} waits for ever, after\n${order.join('\n')}`);
  try {
    await check(world, outcomesOf(runners), order);
  } catch (error) {
    throw new Error(`in this order:\n${order.join('\n')}`, { cause: error });
  }
  return { taken, ended: true };
}

/** Whether it may matter which of two steps comes first. */
function notice(one: Touch | undefined, other: Touch | undefined): boolean {
  if (!one || !other) return true;
  return one.port === other.port && (one.writes || other.writes);
}

async function begin(name: string, race: () => Promise<unknown>): Promise<Runner> {
  const runner: Runner = { name, next: undefined, outcome: undefined, onRest: () => undefined };
  await untilRest(runner, () => {
    void running.run(runner, async () => {
      [runner.outcome] = await Promise.allSettled([race()]);
      runner.onRest();
    });
  });
  return runner;
}

/** Only one racer moves at a time, so it is enough to wait for that one. */
function untilRest(runner: Runner, go: () => void): Promise<void> {
  return new Promise((resolve) => {
    runner.onRest = resolve;
    go();
  });
}

function outcomesOf(runners: readonly Runner[]): Record<string, PromiseSettledResult<unknown>> {
  return Object.fromEntries(
    runners.flatMap(({ name, outcome }) => (outcome ? [[name, outcome]] : [])),
  );
}
