/** Checks that the registry makes by itself: which it takes, and who makes them. */
import { admit, isLoopback, type Admitted, type ProbeRules } from '@rollcall/core';
import { ProberThread } from '../prober/thread.js';
import { readAuthorities } from '../shared/tls-files.js';
import type { Part } from '../lifecycle.js';
import type { LedgerSources } from './ledger.js';

export interface Probing {
  readonly prober: ProberThread;
  readonly part: Part;
  /** Throws for a registration, or a machine, with a check that is not taken. */
  readonly admit: (admitted: Admitted) => void;
}

export function probing({ options, surroundings, meter }: LedgerSources): Probing {
  const { probeAllow: allowed, probeCa, scriptChecks, scriptChecksFromNetwork } = options;
  // Whoever gets in is on this machine then, and could knock there by himself.
  const loopback = isLoopback(options.bind);
  const rules: ProbeRules = { loopback, allowed, scripts: scriptChecksFromNetwork ? 'everybody' : scriptChecks ? 'own-files' : 'off' };
  const settings = { loopback, allowed, scripts: rules.scripts !== 'off', authorities: null };
  const prober = new ProberThread({ settings, ...surroundings, meter });
  const believe = async (): Promise<void> => {
    if (probeCa !== null) prober.trust(await readAuthorities({ flag: '--probe-ca', path: probeCa }));
  };
  return {
    prober,
    part: { name: 'the prober', start: believe, reload: believe, close: () => prober.close() },
    admit: (admitted) => admit(admitted, rules),
  };
}
