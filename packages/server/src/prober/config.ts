/** The prober's rows of the options table. */
import {
  pathKind,
  readAddressRange,
  separatedKind,
  switchOption,
  type AddressRange,
  type OptionTable,
  type ValueKind,
} from '@rollcall/core';

export interface ProbeOptions {
  readonly probeAllow: readonly AddressRange[];
  /** Who is believed besides those whom everybody believes; `null` for nobody. */
  readonly probeCa: string | null;
  readonly scriptChecks: boolean;
  readonly scriptChecksFromNetwork: boolean;
}

const RANGES_MAX = 100;

const range: ValueKind<AddressRange> = {
  allowed: 'an address, or a range of them such as 10.0.0.0/8',
  parse: (text) => (typeof text === 'string' ? (readAddressRange(text) ?? undefined) : undefined),
};

export const probeOptions: OptionTable<ProbeOptions> = {
  probeAllow: {
    flag: 'probe-allow',
    placeholder: 'CIDR',
    kind: separatedKind(range, RANGES_MAX),
    form: 'list',
    default: [],
    defaultText: 'none',
    help: 'Where probes may go besides the host of their own instance: also where they otherwise never do, such as 169.254.0.0/16.',
  },
  probeCa: {
    flag: 'probe-ca',
    placeholder: 'FILE',
    kind: pathKind('the path of a file'),
    default: null,
    defaultText: '',
    help: 'Certificates in PEM of authorities that checks with TLS believe, besides the well-known ones. Read anew on SIGHUP.',
  },
  scriptChecks: switchOption('script-checks', 'Runs the programs of script checks that stand in files of --services-dir.'),
  scriptChecksFromNetwork: switchOption(
    'script-checks-from-network',
    'Runs those too that callers register: whoever may register may then run any program on this machine.',
  ),
};
