/** Signals to us: those that ask for an end, and those that are meant for the program. */
import { constants } from 'node:os';
import type { Event } from './state.js';

const stopSignals = ['SIGTERM', 'SIGINT'] as const;
/** Reloading, reports, whatever the program does on them. */
const passedOn = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;
/** A terminal sends these to the whole process group, and so to the program by itself. */
const fromTerminal = ['SIGQUIT', 'SIGWINCH'] as const;

/** From now on; the answer undoes it. */
export function listenToSignals(onTerminal: boolean, tell: (event: Event) => void): () => void {
  const listeners: readonly (readonly [NodeJS.Signals, () => void])[] = [
    ...stopSignals.map((signal) => [signal, () => tell({ type: 'stop-asked', signal })] as const),
    ...passedOn.map((signal) => [signal, () => tell({ type: 'signalled', signal })] as const),
    ...fromTerminal.map((signal) => [signal, () => (onTerminal ? undefined : tell({ type: 'signalled', signal }))] as const),
  ];
  // Some systems have fewer.
  const known = listeners.filter(([signal]) => signal in constants.signals);
  for (const [signal, listener] of known) process.on(signal, listener);
  return () => {
    for (const [signal, listener] of known) process.off(signal, listener);
  };
}
