/**
 * The calls of a registrar as JSON, there and back. What comes is parsed as everything that comes from outside is, also
 * from a peer: it may be of another version.
 */
import {
  checkKind,
  everything,
  healths,
  Host,
  InstanceId,
  instanceRules,
  isObject,
  listKind,
  MachineName,
  modeOwners,
  modes,
  Namespace,
  optional,
  originKind,
  readAskedCheck,
  required,
  ServiceName,
  tableKind,
  tryFields,
  wordKind,
  type AskedCheck,
  type Caller,
  type FieldRules,
  type Health,
  type InstanceRef,
  type InstanceSelector,
  type ItemResult,
  type MachineRef,
  type MachineRegistration,
  type Manner,
  type ModeChange,
  type PanicRule,
  type Patch,
  type Registered,
  type Registrar,
  type Registration,
  RollcallError,
  type ServiceRef,
  type ValueKind,
  type Word,
} from '@rollcall/core';
import { errorOnWire, readError, wrong } from './peer-protocol.js';

export type RegistrarMethod = keyof Registrar;

/** `on`: whom it is about. `more`: what else there is to say, if anything. */
export interface RegistrarCall {
  readonly method: RegistrarMethod;
  readonly on: unknown;
  readonly more?: unknown;
  /** What it may do is judged before, and does not travel. */
  readonly caller: Omit<Caller, 'may'>;
}

/** One request carries at most so many. */
export const CALLS_PER_REQUEST_MAX = 1000;

/** The items of a bulk call, which the doors bound more tightly. */
const ITEMS_MAX = 100_000;

/** Throws `invalid-request`, or what the registrar throws. */
export async function performCall(registrar: Registrar, json: unknown, via: string): Promise<unknown> {
  const { method, on, more, caller } = isObject(json) ? json : {};
  if (typeof method !== 'string' || !Object.hasOwn(methods, method)) throw wrong('method', 'a method of the registrar');
  return methods[method as RegistrarMethod](registrar, on, more ?? undefined, callerIn(caller, via));
}

/** Throws `invalid-request`. */
export function readCalls(body: unknown): readonly unknown[] {
  const calls = isObject(body) ? body['calls'] : null;
  if (Array.isArray(calls) && calls.length <= CALLS_PER_REQUEST_MAX) return calls as unknown[];
  throw wrong('calls', `a list of at most ${CALLS_PER_REQUEST_MAX}`);
}

/** The answers of many that are within one: their errors are no part of JSON. */
export function registeredIn(answer: unknown): readonly ItemResult<Registered>[] {
  if (!Array.isArray(answer)) throw new RollcallError('outcome-unknown', 'The answer of the full node is no list.');
  return answer.map((item) => (isObject(item) && 'error' in item ? { error: readError(item['error']) } : (item as ItemResult<Registered>)));
}

export function heardIn(answer: unknown): readonly (RollcallError | null)[] {
  if (!Array.isArray(answer)) throw new RollcallError('outcome-unknown', 'The answer of the full node is no list.');
  return answer.map((error) => (error === null ? null : readError(error)));
}

type Perform = (registrar: Registrar, on: unknown, more: unknown, caller: Caller) => Promise<unknown>;

/** What is said of an instance or a machine beyond its name the registrar's own callers check; here only the shape counts. */
const methods = {
  register: (registrar, on, more, caller) => registrar.register(demanded(registration, on), caller, said(manner, more)),
  async registerMany(registrar, on, _, caller) {
    const results = await registrar.registerMany(demanded(listKind(registration, ITEMS_MAX), on), caller);
    return results.map((result) => ('error' in result ? { error: errorOnWire(result.error) } : result));
  },
  deregister: (registrar, on, _, caller) => registrar.deregister(demanded(ref, on), caller),
  heartbeat: (registrar, on, more, caller) => registrar.heartbeat(demanded(ref, on), caller, said(word, more)),
  async heartbeats(registrar, on, _, caller) {
    const results = await registrar.heartbeats(demanded(listKind(selector, ITEMS_MAX), on), caller);
    return results.map((error) => (error === null ? null : errorOnWire(error)));
  },
  setMode: (registrar, on, more, caller) => registrar.setMode(demanded(ref, on), demanded(modeChange, more), caller),
  overrideStatus(registrar, on, more, caller) {
    return registrar.overrideStatus(demanded(ref, on), said(status, more) ?? null, caller);
  },
  patch: (registrar, on, more, caller) => registrar.patch(demanded(ref, on), demanded(patch, more), caller),
  changeCheck(registrar, on, more, caller) {
    const { name, asked } = checkWord(more);
    return registrar.changeCheck(demanded(ref, on), name, asked, caller);
  },
  changeMachineCheck(registrar, on, more, caller) {
    const { name, asked } = checkWord(more);
    return registrar.changeMachineCheck(demanded(machineRef, on), name, asked, caller);
  },
  putMachine: (registrar, on, more, caller) => registrar.putMachine(demanded(machine, on), caller, said(manner, more)),
  heartbeatMachine: (registrar, on, more, caller) => registrar.heartbeatMachine(demanded(machineRef, on), caller, said(word, more)),
  setMachineMode: (registrar, on, more, caller) => registrar.setMachineMode(demanded(machineRef, on), demanded(modeChange, more), caller),
  removeMachine: (registrar, on, more, caller) => registrar.removeMachine(demanded(machineRef, on), demanded(removal, more), caller),
  setPanicRule: (registrar, on, more, caller) => registrar.setPanicRule(demanded(serviceRef, on), said(panicRule, more) ?? null, caller),
} satisfies Readonly<Record<RegistrarMethod, Perform>>;

/** Settled over there once more: a node of another version may know other types of checks. */
function checkWord(more: unknown): { readonly name: string; readonly asked: AskedCheck | null } {
  const { name, asked } = isObject(more) ? more : {};
  if (typeof name !== 'string') throw wrong('the call', 'the name of a check');
  return { name, asked: asked === null ? null : readAskedCheck(name, asked) };
}

function callerIn(value: unknown, via: string): Caller {
  const { identity, from, face } = isObject(value) ? value : {};
  if (typeof identity !== 'string' || typeof from !== 'string' || typeof face !== 'string') {
    throw wrong('caller', 'who asks, from where and through which face');
  }
  return { identity, from, face, may: everything, via };
}

function demanded<Value>(kind: ValueKind<Value>, value: unknown): Value {
  const parsed = kind.parse(value);
  if (parsed === undefined) throw wrong('the call', kind.allowed);
  return parsed;
}

function said<Value>(kind: ValueKind<Value>, value: unknown): Value | undefined {
  return value === undefined ? undefined : demanded(kind, value);
}

function shape<Fields>(allowed: string, rules: FieldRules<Fields>): ValueKind<Fields> {
  return {
    allowed,
    parse(value) {
      if (!isObject(value)) return undefined;
      const { fields, problems } = tryFields(value, rules);
      return problems.length === 0 ? fields : undefined;
    },
  };
}

const { incarnation: _incarnation, registeredAtMs: _registeredAtMs, ...registrationRules } = instanceRules;

const refRules: FieldRules<InstanceRef> = {
  namespace: required(Namespace),
  service: required(ServiceName),
  id: required(InstanceId),
};
const machineRefRules: FieldRules<MachineRef> = { namespace: required(Namespace), name: required(MachineName) };

const ref = shape<InstanceRef>('an instance', refRules);
const serviceRef = shape<ServiceRef>('a service', { namespace: required(Namespace), service: required(ServiceName) });
const machineRef = shape<MachineRef>('a machine', machineRefRules);
const registration = shape<Registration>('a registration', { ...registrationRules, ...refRules, host: optional(Host, null) });
const text: ValueKind<string> = { allowed: 'text', parse: (value) => (typeof value === 'string' ? value : undefined) };
const machine = shape<MachineRegistration>('a machine', {
  ...machineRefRules,
  addresses: required(tableKind(text, Host, ITEMS_MAX)),
  metadata: required(tableKind(text, text, ITEMS_MAX)),
  checks: required(listKind(checkKind, ITEMS_MAX)),
  origin: required(originKind),
});

/** Left as it came, because what is left out means something else than what is `undefined`. */
function fitting<Value>(allowed: string, rules: FieldRules<object>): ValueKind<Value> {
  const { parse } = shape(allowed, rules);
  return { allowed, parse: (value) => (parse(value) === undefined ? undefined : (value as Value)) };
}

const number: ValueKind<number> = { allowed: 'a number', parse: (value) => (typeof value === 'number' ? value : undefined) };
const textOrNull: ValueKind<string | null> = { allowed: 'text or null', parse: (value) => (value === null ? null : text.parse(value)) };
const maybeText = optional(text, null);
const maybeNumber = optional(number, null);

const yesOrNo: ValueKind<boolean> = { allowed: 'true or false', parse: (value) => (typeof value === 'boolean' ? value : undefined) };
const wordRules = {
  status: optional(wordKind(healths), null),
  output: maybeText,
  check: maybeText,
  isOutputNews: optional(yesOrNo, null),
};
const manner = fitting<Manner>('how a registration is meant', {
  findings: optional(wordKind(['kept']), null),
  over: maybeNumber,
  only: optional(wordKind(['checks']), null),
});
const word = fitting<Word>('the word of a heartbeat', wordRules);
const modeChange = fitting<ModeChange>('a mode', {
  mode: required(wordKind(modes)),
  reason: maybeText,
  drainTimeMs: maybeNumber,
  owner: optional(wordKind(modeOwners), null),
});
const status = fitting<{ readonly health: Health; readonly reason: string }>('a status', {
  health: required(wordKind(healths)),
  reason: required(text),
});
const patch = fitting<Patch>('a patch', {
  metadata: optional(tableKind(text, textOrNull, ITEMS_MAX), null),
  weight: maybeNumber,
  tags: optional(listKind(text, ITEMS_MAX), null),
});
const removal = fitting<{ readonly instances: 'keep' | 'remove' }>('keep or remove', {
  instances: required(wordKind(['keep', 'remove'])),
});
const panicRule = fitting<PanicRule>('a rule', { eligibleMin: required(number), belowShare: required(number) });

/** The word that a heartbeat may bring stands beside its name. */
const selector: ValueKind<InstanceSelector & Word> = {
  allowed: 'an instance',
  parse(value) {
    if (!isObject(value)) return undefined;
    const { fields, unknown, problems } = tryFields<InstanceSelector>(value, { ...refRules, service: optional(ServiceName, null) });
    return problems.length === 0 && word.parse(unknown) !== undefined ? { ...(unknown as Word), ...fields } : undefined;
  },
};
