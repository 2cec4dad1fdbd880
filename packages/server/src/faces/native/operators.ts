/** The calls of whoever looks after the fleet: the guard, when a service panics, and how an instance is whatever its checks find. */
import {
  demand,
  demandRight,
  formatDuration,
  Namespace,
  NO_BOUND,
  optional,
  readFields,
  readOverride,
  readPanicRule,
  ServiceName,
  type Caller,
  type CatalogView,
  type GuardReport,
  type HeldScope,
  type Instance,
  type ServiceRef,
} from '@rollcall/core';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { read, time } from './map.js';
import { inNamespace, selected } from './selected.js';

/** Enough to see who they are; all of them may be the whole fleet. */
const HELD_LISTED_MAX = 100;

function guard({ query, caller }: NativeRequest, { view, guard }: NativeContext): PlainAnswer {
  readFields(query, {});
  const { revision } = view;
  const instances = someHeld(view, caller).map(read);
  return { status: 200, body: { revision, ...shownGuard(guard.report(caller)), instances }, revision };
}

function shownGuard({ windowMs, windowStartMs, windowLeftMs, budget, left, ...counts }: GuardReport): object {
  return {
    ...counts,
    window: formatDuration(windowMs),
    ...(windowStartMs === null ? {} : { windowStart: time(windowStartMs) }),
    windowLeft: formatDuration(Math.round(windowLeftMs)),
    // Where there is no guard, there is no number.
    ...(budget === NO_BOUND ? {} : { budget, left }),
  };
}

function someHeld(view: CatalogView, caller: Caller): readonly Instance[] {
  const found: Instance[] = [];
  for (const namespace of view.namespaces(caller)) {
    for (const { service, held } of view.services(namespace, caller)) {
      if (held > 0) found.push(...view.instances(namespace, service, caller).filter((one) => one.held));
      if (found.length >= HELD_LISTED_MAX) return found.slice(0, HELD_LISTED_MAX);
    }
  }
  return found;
}

async function releaseHeld({ query, caller }: NativeRequest, { guard }: NativeContext): Promise<PlainAnswer> {
  const { namespace, service } = readFields(query, { namespace: optional(Namespace, null), service: optional(ServiceName, null) });
  return { status: 200, body: { released: await guard.release(scopeOf(namespace, service), caller) } };
}

function scopeOf(namespace: Namespace | null, service: ServiceName | null): HeldScope {
  if (service !== null) return { namespace: namespace ?? Namespace.default, service };
  return namespace === null ? {} : { namespace };
}

function panicRule(request: NativeRequest, { view }: NativeContext): PlainAnswer {
  const ref = refIn(request);
  demandRight(request.caller, 'read', ref);
  return { status: 200, body: shownPanic(ref, view, request.caller), revision: view.revision };
}

async function setPanicRule(request: NativeRequest, { view, registrar }: NativeContext): Promise<PlainAnswer> {
  const ref = refIn(request);
  const { revision } = await registrar.setPanicRule(ref, readPanicRule(request.body), request.caller);
  return { status: 200, body: shownPanic(ref, view, request.caller), revision };
}

async function endPanicRule(request: NativeRequest, { registrar }: NativeContext): Promise<PlainAnswer> {
  const { revision } = await registrar.setPanicRule(refIn(request), null, request.caller);
  return { status: 204, revision };
}

function shownPanic({ namespace, service }: ServiceRef, view: CatalogView, caller: Caller): object {
  const known = view.service(namespace, service, caller);
  const { eligibleMin, belowShare, own } = view.panicRule(namespace, service, caller);
  const name = known?.service ?? service;
  return { namespace, service: name, eligibleMin, belowShare, own, panic: known?.panic ?? false, revision: view.revision };
}

function refIn({ parameters, query }: NativeRequest): ServiceRef {
  return { ...readFields(query, { namespace: inNamespace }), service: demand('service', ServiceName, parameters['name']) };
}

async function overrideHealth(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const override = readOverride(request.body);
  const { instance, revision } = await context.registrar.overrideStatus(selected(request, context), override, request.caller);
  return { status: 200, body: read(instance), revision };
}

async function endHealthOverride(request: NativeRequest, context: NativeContext): Promise<PlainAnswer> {
  const { revision } = await context.registrar.overrideStatus(selected(request, context), null, request.caller);
  return { status: 204, revision };
}

export const operatorRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/guard', handle: guard },
  { method: 'POST', path: '/guard/release', handle: releaseHeld },
  { method: 'GET', path: '/services/:name/panic', handle: panicRule },
  { method: 'PUT', path: '/services/:name/panic', handle: setPanicRule },
  { method: 'DELETE', path: '/services/:name/panic', handle: endPanicRule },
  { method: 'PUT', path: '/instances/:id/health', handle: overrideHealth },
  { method: 'DELETE', path: '/instances/:id/health', handle: endHealthOverride },
];
