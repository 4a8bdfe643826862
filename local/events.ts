import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AwsService, type Caller, LOCAL_ACCOUNT, LOCAL_REGION } from './aws-service.ts';
import type { BusEvent } from './events/bus-event.ts';
import type { EventFields } from './events/event-pattern.ts';
import { type PutEventsEntry, readPutEvents } from './events/put-events.ts';
import { type Rule, readRule } from './events/rule.ts';
import { readJson, sendError, sendJson, WireError } from './json-wire.ts';
import { localArn } from './template/resource-identity.ts';
import type { TemplateResource } from './template.ts';

export interface EventsOptions {
  readonly now: () => Date;
  /** Hands an event to a target of a rule, in the name of EventBridge. */
  readonly deliver: (delivery: Delivery) => Promise<void>;
  /** AWS would retry for a day and then drop the event, or put it into a dead-letter queue. */
  readonly onFailure: (ruleArn: string, error: unknown) => void;
}

export interface Delivery {
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly input: string;
}

export interface EventBuses extends AwsService {
  createBus(name: string): void;
  /** @throws Error naming what of the rule is not evaluated here */
  createRule(resource: TemplateResource): void;
  /** Every event that a bus took, oldest first. */
  published(busName: string): readonly BusEvent[];
}

const detailSchema = z.record(z.string(), z.custom<EventFields[string]>());

/** EventBridge of the embedded cloud (AWS JSON 1.1): PutEvents, and rules that hand events on as soon as they come. */
export function createEvents({ now, deliver, onFailure }: EventsOptions): EventBuses {
  const buses = new Map<string, BusEvent[]>([['default', []]]);
  const rules: Rule[] = [];

  async function put(entry: PutEventsEntry): Promise<object> {
    const bus = buses.get(busNameOf(entry));
    if (!bus) return failed('ResourceNotFoundException', `there is no bus ${entry.EventBusName}`);
    const detail = readDetail(entry.Detail);
    if (!detail) return failed('MalformedDetail', 'Detail is malformed.');
    const at = entry.Time === undefined ? now() : new Date(entry.Time * 1000);
    const event: BusEvent = {
      version: '0',
      id: randomUUID(),
      'detail-type': entry.DetailType,
      source: entry.Source,
      account: LOCAL_ACCOUNT,
      time: `${at.toISOString().slice(0, 19)}Z`,
      region: LOCAL_REGION,
      resources: entry.Resources,
      detail,
    };
    bus.push(event);
    for (const rule of rules)
      if (rule.busName === busNameOf(entry) && rule.matches(event)) await follow(rule, event);
    return { EventId: event.id };
  }

  async function follow({ name, busName, targets }: Rule, event: BusEvent): Promise<void> {
    const ruleArn = localArn('events', `rule/${busName === 'default' ? '' : `${busName}/`}${name}`);
    for (const { arn: targetArn, inputFor } of targets)
      try {
        await deliver({ ruleArn, targetArn, input: inputFor(event) });
      } catch (error) {
        onFailure(ruleArn, error);
      }
  }

  async function putAll(entries: readonly PutEventsEntry[], caller: Caller): Promise<object> {
    for (const entry of entries)
      caller.authorise('events:PutEvents', localArn('events', `event-bus/${busNameOf(entry)}`));
    const results: object[] = [];
    for (const entry of entries) results.push(await put(entry));
    const failures = results.filter((result) => 'ErrorCode' in result);
    return { FailedEntryCount: failures.length, Entries: results };
  }

  return {
    signingName: 'events',
    async handle(request, response, caller) {
      try {
        const operation = String(request.headers['x-amz-target']).split('.')[1];
        if (operation !== 'PutEvents')
          throw new WireError('UnknownOperationException', `EventBridge here has no ${operation}`);
        const entries = readPutEvents(await readJson(request));
        sendJson(response, 200, await putAll(entries, caller));
      } catch (error) {
        sendError(response, error);
      }
    },
    createBus(name) {
      buses.set(name, []);
    },
    createRule(resource) {
      rules.push(readRule(resource));
    },
    published(busName) {
      const events = buses.get(busName);
      if (!events) throw new Error(`there is no bus ${busName}`);
      return events;
    },
    close: async () => {},
  };
}

/** PutEvents takes the name of a bus, or its ARN. */
function busNameOf({ EventBusName }: PutEventsEntry): string {
  return EventBusName.replace(/^arn:.*:event-bus\//, '');
}

function readDetail(text: string): EventFields | undefined {
  try {
    return detailSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function failed(ErrorCode: string, ErrorMessage: string): object {
  return { ErrorCode, ErrorMessage };
}
