/** What is asked: all, what changed, one application, one instance, and who answers for an address. */
import { InstanceId, ServiceName, type Caller, type CatalogView, type Instance, type Namespace } from '@rollcall/core';
import type { HttpAnswer } from '../../shared/http-face.js';
import type { Extent } from './bodies.js';
import { notFound } from './call.js';
import type { Document } from './document.js';
import { applicationOf, hashOf, type Application, type Estate } from './estate.js';
import { bodied, type EurekaContext, type EurekaRequest, type Operation } from './exchange.js';
import { isShown, overrideIn, read } from './map.js';

export const allApplications: Operation = (request, context) => listOf('all', request, context);
export const delta: Operation = (request, context) => listOf('delta', request, context);

function listOf(extent: Extent, request: EurekaRequest, { estates, bodies }: EurekaContext): HttpAnswer | Promise<HttpAnswer> {
  const { namespace, caller, form, wantsGzip } = request;
  const estate = estates.of(namespace, caller);
  const encoding = wantsGzip ? ['content-encoding', 'gzip'] : [];
  const answer = (body: Buffer): HttpAnswer => ({ status: 200, headers: ['content-type', form.mediaType, ...encoding], body });
  const made = bodies[wantsGzip ? 'gzip' : 'plain'](estate, extent, form, caller);
  return made instanceof Promise ? made.then(answer) : answer(made);
}

export const oneApplication: Operation = ({ namespace, words: [, name = ''], caller, form }, { view, bodies }) => {
  const application = applicationIn(view, namespace, name, caller);
  if (application === null) throw notFound(`There is no application ${name}.`);
  return bodied(form, bodies.alone(application, namespace, form));
};

function applicationIn(view: CatalogView, namespace: Namespace, name: string, caller: Caller): Application | null {
  const asked = ServiceName.parse(name);
  const summary = asked === undefined ? undefined : view.service(namespace, asked, caller);
  if (summary === undefined) return null;
  const { service, panic } = summary;
  const stamp = `${view.epoch}-${view.serviceRevision(namespace, service, caller)}`;
  const application = applicationOf(view.instances(namespace, service, caller), { service, panic, stamp });
  return application.instances.length === 0 ? null : application;
}

export const oneInstance: Operation = ({ namespace, words: [, name, id], caller, form }, { view }) => {
  const instance = instanceIn(view, namespace, name, id, caller);
  if (instance === null) throw notFound(`There is no instance ${id} of ${name}.`);
  return bodied(form, form.instance(documentIn(view, instance, caller)));
};

export const byId: Operation = ({ namespace, words: [, text], caller, form }, { view }) => {
  const id = InstanceId.parse(text);
  const found = id === undefined ? [] : view.instancesById(namespace, id, caller).filter(isShown);
  if (found[0] === undefined) throw notFound(`There is no instance ${text}.`);
  return bodied(form, form.instance(documentIn(view, found[0], caller)));
};

/** `null` also for what no instance can be called. */
function instanceIn(
  view: CatalogView,
  namespace: Namespace,
  name: string | undefined,
  id: string | undefined,
  caller: Caller,
): Instance | null {
  const service = ServiceName.parse(name);
  const parsed = InstanceId.parse(id);
  if (service === undefined || parsed === undefined) return null;
  const found = view.instance({ namespace, service, id: parsed }, caller);
  return found === undefined || !isShown(found) ? null : found;
}

export function documentIn(view: CatalogView, instance: Instance, caller: Caller): Document {
  return read(instance, view.service(instance.namespace, instance.service, caller)?.panic ?? false);
}

export const byVip: Operation = (request, context) => addressed('vipAddress', request, context);
export const bySecureVip: Operation = (request, context) => addressed('secureVipAddress', request, context);

type Vip = 'vipAddress' | 'secureVipAddress';

/** Nobody who answers for it is an empty list. */
function addressed(vip: Vip, { namespace, words: [, address = ''], caller, form }: EurekaRequest, { estates }: EurekaContext): HttpAnswer {
  const found = (indexOf(estates.of(namespace, caller))[vip].get(address) ?? []).map(({ application, instances }) => ({
    ...applicationOf(instances, application),
    name: application.name,
  }));
  const { before, between, after } = form.list('-1', hashOf(found));
  const pieces = found.map(({ name, instances, panic }) =>
    form.application(
      name,
      instances.map((instance) => read(instance, panic)),
    ),
  );
  return bodied(form, `${before}${pieces.join(between)}${after}`);
}

interface Addressed {
  readonly application: Application;
  readonly instances: Instance[];
}

type Index = Readonly<Record<Vip, ReadonlyMap<string, readonly Addressed[]>>>;

/** Who asks by address asks often, and all of these have the same moment. */
const indexes = new WeakMap<Estate, Index>();

function indexOf(estate: Estate): Index {
  const known = indexes.get(estate);
  if (known !== undefined) return known;
  const index = { vipAddress: new Map<string, Addressed[]>(), secureVipAddress: new Map<string, Addressed[]>() };
  for (const application of estate.applications)
    for (const instance of application.instances) {
      const document = read(instance, application.panic);
      for (const vip of ['vipAddress', 'secureVipAddress'] as const) note(index[vip], document[vip], application, instance);
    }
  indexes.set(estate, index);
  return index;
}

/** An instance may answer for several addresses, with commas between them. */
function note(index: Map<string, Addressed[]>, vip: string | null, application: Application, instance: Instance): void {
  for (const address of new Set(vip?.split(','))) {
    const groups = index.get(address) ?? [];
    index.set(address, groups);
    const last = groups.at(-1);
    if (last?.application === application) last.instances.push(instance);
    else groups.push({ application, instances: [instance] });
  }
}

/** Of all who were spoken about from outside. */
export const statusOverrides: Operation = ({ namespace, caller }, { estates }) => {
  const instances = estates.of(namespace, caller).applications.flatMap((application) => application.instances);
  const said = instances.map((instance) => [instance.id, overrideIn(instance)] as const).filter(([, status]) => status !== 'UNKNOWN');
  return { status: 200, headers: ['content-type', 'application/json'], body: JSON.stringify(Object.fromEntries(said)) };
};
