/** The etcd door's rows of the options table. */
import { digitsKind, type Option, type OptionTable, type ValueKind } from '@rollcall/core';

export interface EtcdDoorOptions {
  /** `null`: there is none. */
  readonly etcd: number | null;
  readonly etcdVersion: string;
}

const PORT_MAX = 65_535;

const portKind: ValueKind<number | null> = {
  allowed: 'off, a port from 1 to 65535, or 0 for any free one',
  words: ['off'],
  parse(text) {
    return text === 'off' ? null : digitsKind('', 0, PORT_MAX).parse(text);
  },
};

const versionKind: ValueKind<string> = {
  allowed: 'a version of etcd from 3.0.0 on, such as 3.6.0',
  parse: (text) => (typeof text === 'string' && /^3\.\d{1,3}\.\d{1,3}$/.test(text) ? text : undefined),
};

export const etcdDoorOption: Option<number | null> = {
  flag: 'etcd',
  placeholder: 'PORT',
  kind: portKind,
  bare: '2379',
  default: null,
  defaultText: 'off',
  help: 'Where clients of etcd v3 are answered, over gRPC and over HTTP; 0 picks a free port.',
};

export const etcdDoorOptions: OptionTable<EtcdDoorOptions> = {
  etcd: etcdDoorOption,
  etcdVersion: {
    flag: 'etcd-version',
    placeholder: 'VERSION',
    kind: versionKind,
    default: '3.6.0',
    defaultText: '3.6.0',
    help: 'Which etcd the door says that it is: some clients refuse to talk to one that is too old.',
  },
};
