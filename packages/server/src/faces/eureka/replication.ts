/**
 * What another Eureka server tells in one message: up to a few hundred things that its clients told it. Each has its own answer;
 * those about one instance happen in their order, those about different ones at the same time.
 */
import { isObject, isRollcallError, RollcallError, type Instance } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';
import { refOf } from './call.js';
import { statusFor } from './failures.js';
import { bodied, type EurekaContext, type EurekaRequest, type Operation } from './exchange.js';
import type { Form } from './forms.js';
import { identityOf } from './outward/identity.js';
import { GONE_STATUS } from './outward/wording.js';
import { sayStatus, takeStatusBack } from './overrides.js';
import { refused, statusOf } from './read-document.js';
import { documentIn } from './reads.js';
import { goodbye, heard, registerTold } from './writes.js';

/** Four times what a real server sends at once. */
const ITEMS_MAX = 1000;

interface Item {
  readonly action: string;
  readonly appName: string;
  readonly id: string;
  readonly lastDirtyMs: number | null;
  readonly status: unknown;
  readonly overriddenStatus: unknown;
  readonly instanceInfo: unknown;
}

interface ItemAnswer {
  readonly status: number;
  readonly instance?: Instance;
}

export const replicate: Operation = async (request, context) => {
  if (request.server === identityOf(context.view.epoch, request.namespace))
    throw new RollcallError('host-not-allowed', 'This is the registry that you are yourself.');
  const items = itemsIn(request.body.toString('utf8'));
  const answers: ItemAnswer[] = [];
  const lines = new Map<string, Promise<void>>();
  const answerAfter = async (before: Promise<void> | undefined, item: Item, at: number): Promise<void> => {
    await before;
    answers[at] = await answerTo(item, request, context);
  };
  items.forEach((item, at) => {
    const line = `${item.appName.toUpperCase()}/${item.id}`;
    lines.set(line, answerAfter(lines.get(line), item, at));
  });
  await Promise.all(lines.values());
  return answered(answers, request, context);
};

/** Throws `invalid-request`. */
function itemsIn(body: string): readonly Item[] {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = null;
  }
  const list = isObject(json) ? json['replicationList'] : null;
  if (!Array.isArray(list)) throw refused('cannot parse request body: allowed is JSON with a list, replicationList');
  if (list.length > ITEMS_MAX) throw refused(`replicationList has ${list.length} items; allowed are ${ITEMS_MAX}`);
  return list.map(itemIn);
}

function itemIn(json: unknown): Item {
  const fields = isObject(json) ? json : {};
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const time = Number(fields['lastDirtyTimestamp'] ?? NaN);
  const { status, instanceInfo } = fields;
  return {
    action: text('action'),
    appName: text('appName'),
    id: text('id'),
    lastDirtyMs: Number.isSafeInteger(time) && time >= 0 ? time : null,
    status,
    overriddenStatus: fields['overriddenStatus'] ?? fields['overriddenstatus'],
    instanceInfo,
  };
}

async function answerTo(item: Item, request: EurekaRequest, context: EurekaContext): Promise<ItemAnswer> {
  try {
    return await act(item, { ...request, words: ['apps', item.appName, item.id], isReplicated: true }, context);
  } catch (error) {
    return { status: isRollcallError(error) ? statusFor(error) : 500 };
  }
}

async function act(item: Item, request: EurekaRequest, context: EurekaContext): Promise<ItemAnswer> {
  switch (item.action) {
    case 'Register':
      return { status: (await registerTold(item.instanceInfo, request, context)) === 'gone' ? GONE_STATUS : 200 };
    case 'Heartbeat': {
      const beat = { lastDirtyMs: item.lastDirtyMs, overridden: statusOf(item.overriddenStatus) };
      const found = await heard(refOf(request), beat, request, context);
      if (found === 'again') return { status: 404 };
      return found === null ? { status: 200 } : { status: 409, instance: found };
    }
    case 'Cancel':
      await goodbye(request, context);
      return { status: 200 };
    case 'StatusUpdate':
      await sayStatus(refOf(request), statusOf(item.status), item.lastDirtyMs, request, context);
      return { status: 200 };
    case 'DeleteStatusOverride':
      await takeStatusBack(refOf(request), statusOf(item.status), item.lastDirtyMs, request, context);
      return { status: 200 };
    default:
      throw refused(`action is ${JSON.stringify(item.action)}`);
  }
}

/** In the language that is asked for, though servers only ever ask for JSON. */
function answered(answers: readonly ItemAnswer[], { form, caller }: EurekaRequest, { view }: EurekaContext): HttpAnswer {
  const write = form.mediaType === 'application/json' ? jsonOf : xmlOf;
  return bodied(
    form,
    write(answers, form, (instance) => form.instance(documentIn(view, instance, caller))),
  );
}

type InstanceText = (instance: Instance) => string;

function jsonOf(answers: readonly ItemAnswer[], _form: Form, textOf: InstanceText): string {
  const list = answers.map(({ status, instance }) => {
    // Without the name around it that it has when it stands alone.
    const entity = instance === undefined ? '' : `,"responseEntity":${textOf(instance).slice('{"instance":'.length, -1)}`;
    return `{"statusCode":${status}${entity}}`;
  });
  return `{"responseList":[${list.join(',')}]}`;
}

const PACKAGE = 'com.netflix.eureka.cluster.protocol';

function xmlOf(answers: readonly ItemAnswer[], _form: Form, textOf: InstanceText): string {
  const list = answers.map(({ status, instance }) => {
    const entity = instance === undefined ? '' : entityXml(textOf(instance));
    const name = `${PACKAGE}.ReplicationInstanceResponse`;
    return `    <${name}>\n      <statusCode>${status}</statusCode>\n${entity}    </${name}>\n`;
  });
  const name = `${PACKAGE}.ReplicationListResponse`;
  const inside = list.length === 0 ? '  <responseList/>\n' : `  <responseList>\n${list.join('')}  </responseList>\n`;
  return `<${name}>\n${inside}</${name}>`;
}

function entityXml(instance: string): string {
  const lines = instance.split('\n').slice(1, -1);
  return `      <responseEntity>\n${lines.map((line) => `      ${line}\n`).join('')}      </responseEntity>\n`;
}
