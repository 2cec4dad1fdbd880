/** The processes that a program started and left in its group: `npm start` is three of them, and the server is the last. */
import { readdirSync, readFileSync } from 'node:fs';

/** Reaches all of them; nothing happens if there are none. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // All have ended meanwhile.
  }
}

/** Does any of them still run? */
export function isGroupAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
  return !areAllEnded(group);
}

/**
 * In a container where nobody takes note of orphans that ended, they stay as zombies, which can be signalled like the living. Where
 * there is no /proc to ask, whoever can be signalled lives.
 */
function areAllEnded(group: number): boolean {
  try {
    const members = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(statOf)
      .filter((stat) => stat?.group === group);
    return members.length > 0 && members.every((stat) => stat?.isZombie);
  } catch {
    return false;
  }
}

function statOf(pid: string): { readonly isZombie: boolean; readonly group: number } | undefined {
  try {
    // `pid (name) state parent group …`; a name may hold brackets and spaces.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { isZombie: state === 'Z', group: Number(group) };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}
