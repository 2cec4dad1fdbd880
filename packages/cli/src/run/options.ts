/** The options of `rollcall run`. */
import {
  digitsKind,
  formatDuration,
  Host,
  inGroup,
  ServiceName,
  typedDurationKind,
  type Option,
  type OptionTable,
  type ValueKind,
} from '@rollcall/core';
import { connectionOptions, type ConnectionOptions } from '../connection-options.js';
import { registrationOptions, type RegistrationOptions } from '../registration-options.js';
import { typedPortKind } from '../typed-port.js';
import { checkTargetKind, type CheckTarget } from './check-target.js';

export interface RunOptions extends RegistrationOptions, ConnectionOptions {
  readonly service: string | null;
  /** `auto`: any free one. `none`: it listens on none. `null`: not said. */
  readonly port: number | 'auto' | 'none' | null;
  /** `null`: the address that leads to the registry. */
  readonly host: string | null;
  readonly check: CheckTarget | null;
  readonly checkIntervalMs: number;
  readonly checkTimeoutMs: number;
  readonly failuresBeforeCritical: number;
  readonly startTimeoutMs: number;
  readonly drainMs: number;
  readonly graceMs: number;
}

const HOUR_MS = 3_600_000;
/** Looking more often than this is work for the program, and tells nobody more. */
const CHECK_INTERVAL_MS_MIN = 100;

export const portKind: ValueKind<number | 'auto' | 'none'> = {
  allowed: `${typedPortKind.allowed}, auto or none`,
  parse(text) {
    if (text === 'auto' || text === 'none') return text;
    return typedPortKind.parse(text);
  },
};

function duration(flag: string, defaultMs: number, minMs: number, help: string): Option<number> {
  const kind = typedDurationKind(minMs, HOUR_MS, formatDuration(defaultMs));
  return { flag, placeholder: 'DURATION', kind, default: defaultMs, defaultText: formatDuration(defaultMs), help };
}

const programOptions: OptionTable<Pick<RunOptions, 'service' | 'port' | 'host'>> = {
  service: {
    flag: 'service',
    placeholder: 'NAME',
    kind: ServiceName,
    default: null,
    defaultText: '',
    help: 'The name that callers look up.',
  },
  port: {
    flag: 'port',
    placeholder: 'PORT',
    kind: portKind,
    default: null,
    defaultText: '',
    help: 'The port that the program listens on; it is told as PORT. auto: any free one. none: it listens on none. Left out: the PORT of the environment.',
  },
  host: {
    flag: 'host',
    placeholder: 'HOST',
    kind: Host,
    default: null,
    defaultText: '',
    help: 'Where callers reach it. Left out: 127.0.0.1 where the registry is on this machine, else the address of this machine that leads to it.',
  },
};

type CheckOptions = Pick<RunOptions, 'check' | 'checkIntervalMs' | 'checkTimeoutMs' | 'failuresBeforeCritical' | 'startTimeoutMs'>;

const checkOptions: OptionTable<CheckOptions> = {
  check: {
    flag: 'check',
    placeholder: 'WHAT',
    kind: checkTargetKind,
    default: null,
    defaultText: 'none',
    help: 'What is looked at, before it is registered and then again and again: http:/PATH or tcp at its port, tcp:PORT, or a URL. none: its port until it answers, then nothing.',
  },
  checkIntervalMs: duration('check-interval', 5000, CHECK_INTERVAL_MS_MIN, 'How long between two looks.'),
  checkTimeoutMs: duration('check-timeout', 2000, CHECK_INTERVAL_MS_MIN, 'How long an answer may take.'),
  failuresBeforeCritical: {
    flag: 'check-failures',
    placeholder: 'N',
    kind: digitsKind('a whole number from 1 to 100', 1, 100),
    default: 3,
    defaultText: '3',
    help: 'So many failures in a row make it critical, and callers are no longer sent to it.',
  },
  startTimeoutMs: duration('start-timeout', 60_000, 0, 'When to complain that it does not answer. It is waited for nevertheless.'),
};

const endingOptions: OptionTable<Pick<RunOptions, 'drainMs' | 'graceMs'>> = {
  drainMs: duration('drain', 10_000, 0, 'How long it serves on after it was deregistered, for callers who have not heard of that yet.'),
  graceMs: duration('grace', 10_000, 0, 'How long it has between SIGTERM and SIGKILL.'),
};

export const runOptions: OptionTable<RunOptions> = {
  ...inGroup('The program', programOptions),
  ...inGroup('Looking at it', checkOptions),
  ...inGroup('Its end', endingOptions),
  ...inGroup('The instance', registrationOptions),
  ...connectionOptions,
};
