/** The calls about machines: where instances run. */
import {
  demand,
  MachineName,
  optional,
  readFields,
  readMachineWish,
  RollcallError,
  wantedChecks,
  wordKind,
  type Caller,
  type CatalogView,
  type FieldRules,
  type Machine,
  type MachineRef,
  type MachineWish,
  type MachineWritten,
  type Namespace,
} from '@rollcall/core';
import type { NativeContext, NativeRequest, NativeRoute, PlainAnswer } from './exchange.js';
import { checkAsked, checkNamed } from './checks.js';
import { readMachine } from './map.js';
import { absence, inNamespace } from './selected.js';

function machines({ query, caller }: NativeRequest, { view }: NativeContext): PlainAnswer {
  const { namespace } = readFields(query, { namespace: inNamespace });
  const all = view.machines(namespace, caller).map((one) => shown(one, view, caller));
  return { status: 200, body: { revision: view.revision, machines: all }, revision: view.revision };
}

function machine(request: NativeRequest, { view }: NativeContext): PlainAnswer {
  const ref = refIn(request, {});
  const found = view.machine(ref, request.caller);
  if (found === undefined) throw machineNotFound(ref);
  return { status: 200, body: shown(found, view, request.caller), revision: view.revision };
}

async function putMachine(request: NativeRequest, { view, registrar }: NativeContext): Promise<PlainAnswer> {
  const { body, caller } = request;
  const ref = refIn(request, {});
  const wish = readMachineWish(body);
  const known = view.machine(ref, caller);
  const says = wish.addresses !== null || wish.metadata !== null || wish.ttlMs !== undefined || wish.checks !== null;
  const onlyMode = wish.mode !== null && !says && known !== undefined;
  const put = onlyMode ? null : await registrar.putMachine({ ...ref, ...registrationOf(wish, known) }, caller);
  const change = wish.mode === null ? null : { mode: wish.mode, ...(wish.reason === null ? {} : { reason: wish.reason }) };
  const changed = change === null ? null : await registrar.setMachineMode(ref, change, caller);
  const { machine, revision } = (changed ?? put) as MachineWritten;
  return { status: put?.created === true ? 201 : 200, body: shown(machine, view, caller), revision };
}

/** What was not said stays as it was. */
function registrationOf(wish: MachineWish, known: Machine | undefined): Pick<Machine, 'addresses' | 'metadata' | 'checks' | 'origin'> {
  const addresses = wish.addresses ?? known?.addresses ?? {};
  return {
    addresses,
    metadata: wish.metadata ?? known?.metadata ?? {},
    checks: wantedChecks(wish, known, addresses),
    origin: known?.origin ?? { face: 'native' },
  };
}

async function putCheck(request: NativeRequest, { view, registrar }: NativeContext): Promise<PlainAnswer> {
  const asked = checkAsked(request);
  const { machine, revision } = await registrar.changeMachineCheck(refIn(request, {}), checkNamed(request), asked, request.caller);
  return { status: 200, body: shown(machine, view, request.caller), revision };
}

async function removeCheck(request: NativeRequest, { registrar }: NativeContext): Promise<PlainAnswer> {
  const { revision } = await registrar.changeMachineCheck(refIn(request, {}), checkNamed(request), null, request.caller);
  return { status: 204, revision };
}

async function heartbeat(request: NativeRequest, { registrar }: NativeContext): Promise<PlainAnswer> {
  await registrar.heartbeatMachine(refIn(request, {}), request.caller);
  return { status: 204 };
}

async function removeMachine(request: NativeRequest, { view, registrar }: NativeContext): Promise<PlainAnswer> {
  const { instances, ...ref } = refIn(request, { instances: optional(wordKind(['keep', 'remove']), 'keep' as const) });
  if (view.machine(ref, request.caller) === undefined) throw absence(machineNotFound(ref), view);
  const { revision } = await registrar.removeMachine(ref, { instances }, request.caller);
  return { status: 204, revision };
}

function refIn<Further extends object>({ parameters, query }: NativeRequest, further: FieldRules<Further>): MachineRef & Further {
  const rules = { namespace: inNamespace, ...further } as FieldRules<{ namespace: Namespace } & Further>;
  return { ...readFields(query, rules), name: demand('name', MachineName, parameters['name']) };
}

function shown(machine: Machine, view: CatalogView, caller: Caller): object {
  return readMachine(machine, view.instancesOn(machine, caller).length);
}

function machineNotFound({ name, namespace }: MachineRef): RollcallError {
  return new RollcallError(
    'not-found',
    `There is no machine ${JSON.stringify(name)} in the namespace ${namespace}. GET /machines lists them.`,
  );
}

export const machineRoutes: readonly NativeRoute[] = [
  { method: 'GET', path: '/machines', handle: machines },
  { method: 'GET', path: '/machines/:name', handle: machine },
  { method: 'PUT', path: '/machines/:name', handle: putMachine },
  { method: 'PUT', path: '/machines/:name/heartbeat', handle: heartbeat },
  { method: 'PUT', path: '/machines/:name/checks/:check', handle: putCheck },
  { method: 'DELETE', path: '/machines/:name/checks/:check', handle: removeCheck },
  { method: 'DELETE', path: '/machines/:name', handle: removeMachine },
];
