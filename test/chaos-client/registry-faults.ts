/** What goes wrong with the registry, and with the way to it: callers notice none of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cut } from '../soak-cluster/link.js';
import type { Fault, Judge } from './fault.js';
import { fastAgain, noneFailed } from './judging.js';
import type { Stage } from './stage.js';

/** And while it is away somebody dies, of whom nobody can say so. */
const away: Fault = async (stage, pick, { awayMs }) => {
  const { registry, fleet } = stage;
  await registry.kill();
  await sleep(awayMs / 2);
  const one = pick([...fleet.members]);
  one.signal('SIGKILL');
  const diedMs = Date.now();
  await sleep(awayMs / 2);
  await registry.start();
  await fleet.add(one.service);
  return refilled(stage, (stretch) => [...noneFailed(stretch), ...fastAgain(stretch, diedMs)]);
};

const restartedEmpty: Fault = async (stage) => {
  await stage.emptyRegistry();
  return refilled(stage, noneFailed);
};

const suspended: Fault = async (stage, _pick, { awayMs }) => {
  stage.registry.signal('SIGSTOP');
  await sleep(awayMs);
  stage.registry.signal('SIGCONT');
  return refilled(stage, noneFailed);
};

const cutOff: Fault = async (stage, pick, { awayMs }) => {
  stage.link.cut(pick<Cut>(['reset', 'silent', 'there', 'back']));
  await sleep(awayMs);
  stage.link.mend();
  return refilled(stage, noneFailed);
};

export const registryFaults: Readonly<Record<string, Fault>> = {
  'a registry that is away': away,
  'a registry that comes back empty': restartedEmpty,
  'a registry that is suspended': suspended,
  'a cut way to the registry': cutOff,
};

/** In the end it knows everybody again. */
async function refilled(stage: Stage, judge: Judge): Promise<Judge> {
  const missing = await stage.refilled();
  return (stretch) => [...judge(stretch), ...(missing === null ? [] : [`${stretch.name}: ${missing}`])];
}
