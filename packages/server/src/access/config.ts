/** The rows of the options table about who may do what. */
import { pathKind, switchOption, type OptionTable } from '@rollcall/core';

export interface AccessOptions {
  readonly tokenFile: string | null;
  readonly trustLoopback: boolean;
  readonly insecure: boolean;
  readonly audit: string | null;
}

export const accessOptions: OptionTable<AccessOptions> = {
  tokenFile: {
    flag: 'token-file',
    placeholder: 'FILE',
    kind: pathKind('the path of a file'),
    default: null,
    defaultText: '',
    help: 'Who may do what, in YAML or JSON; from then on everybody shows a token. Read anew on SIGHUP.',
  },
  trustLoopback: switchOption('trust-loopback', 'Whoever asks from this machine, and through no proxy, may do everything without a token.'),
  insecure: switchOption('insecure', 'Lets everybody who reaches it do everything, also where --bind is not loopback.'),
  audit: {
    flag: 'audit',
    placeholder: 'FILE',
    kind: pathKind('the path of a file, or - for standard error'),
    default: null,
    defaultText: '',
    help: 'Writes a line of JSON for every call that changes something or is refused. Opened anew on SIGHUP.',
  },
};
