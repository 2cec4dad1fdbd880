/** Whether a door may open where it is bound to: wider than loopback, somebody has to say who may come in. */
import { isLoopback } from '@rollcall/core';

export interface Exposure {
  readonly bind: string;
  readonly tokenFile: string | null;
  readonly tlsClientCa: string | null;
  /** It speaks TLS. */
  readonly isEncrypted: boolean;
  readonly insecure: boolean;
}

/** `refusal`: it must not start, and why; `warnings`: what to say loudly when it does. */
export function exposureOf({ bind, tokenFile, tlsClientCa, isEncrypted, insecure }: Exposure): {
  readonly refusal: string | null;
  readonly warnings: readonly string[];
} {
  if (isLoopback(bind)) return { refusal: null, warnings: [] };
  if (tokenFile === null && tlsClientCa === null) {
    return insecure ? { refusal: null, warnings: [OPEN] } : { refusal: refusalFor(bind), warnings: [] };
  }
  return { refusal: null, warnings: isEncrypted ? [] : [IN_THE_CLEAR] };
}

const OPEN = 'THERE IS NO ACCESS CONTROL: everybody who reaches this address can register, deregister and read';

const IN_THE_CLEAR =
  'tokens cross the network in the clear; give --tls-cert and --tls-key, or let only a proxy that speaks TLS reach this address';

function refusalFor(bind: string): string {
  return (
    `--bind ${bind} can be reached from other machines, and nobody has said who may come in. There are three ways: ` +
    '--token-file FILE (who may do what; `rollcall token new` makes a token), ' +
    '--tls-client-ca FILE (who has a certificate of that authority may come in), ' +
    'or --insecure (everybody may do everything).'
  );
}
