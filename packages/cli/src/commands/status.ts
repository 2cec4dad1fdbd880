/** `rollcall status`: the node at a glance. */
import type { Status } from '@rollcall/client';
import { askingCommand } from '../asking.js';
import type { Paint } from '../colour.js';
import type { Command } from '../command.js';
import { counted, healthColours, shortDuration } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { facts, type Cell } from '../table.js';

export const statusCommand = (surroundings: Surroundings): Command =>
  askingCommand(
    {
      name: 'status',
      group: 'operate',
      operands: '',
      summary: 'Shows a registry at a glance: how it is, how many there are of what, and where it listens.',
      details: 'Exit code 4 says that no registry answered.',
      options: {},
      async ask({ registry, wait, json, paint, print, printJson }) {
        const status = await wait(registry.status());
        if (json) printJson(status);
        else print(statusText(status, registry.url, paint));
        return undefined;
      },
    },
    surroundings,
  );

function statusText(status: Status, url: string, paint: Paint): string {
  const {
    node,
    role,
    version,
    uptimeSeconds,
    epoch,
    revision,
    services,
    instances,
    machines,
    held,
    panicking,
    watchers,
    guard,
    cluster,
    doors,
    eurekaPeers = [],
    store,
  } = status;
  const doorsText = Object.entries(doors).map(([door, address]) => `${door} ${address}`);
  return facts(
    [
      ['registry', url],
      ['node', `${node}${role === 'full' ? '' : `, a ${role}`}, rollcall ${version}, up for ${shortDuration(uptimeSeconds * 1000)}`],
      ['cluster', cluster === undefined ? '' : clusterCell(cluster, role)],
      ['view', viewCell(status)],
      ['services', panicking === 0 ? String(services) : { text: `${services}, ${panicking} of them in panic`, colour: 'red' }],
      ['instances', healthText(instances)],
      ['machines', machines.total === 0 ? '0' : healthText(machines)],
      ['held', held === 0 ? '' : { text: `${counted(held, 'instance')} by the guard: rollcall guard tells more`, colour: 'yellow' }],
      ['guard', guard.left === undefined ? 'off' : `${counted(guard.left, 'departure')} without a goodbye left in this window`],
      ['watchers', String(watchers)],
      ['doors', doorsText.join(', ')],
      ...eurekaPeers.map((peer): readonly [string, Cell] => ['eureka peer', eurekaPeerCell(peer)]),
      ['log', `epoch ${epoch}, revision ${revision}`],
      ['store', store === undefined ? { text: 'does not answer', colour: 'red' } : storeCell(store)],
      ...(store?.members ?? []).map((member): readonly [string, Cell] => ['member', memberCell(member)]),
    ],
    paint,
  );
}

function storeCell({ engine, sizeBytes, quotaBytes, compactedRevision, alarms = [] }: NonNullable<Status['store']>): Cell {
  const size = `${sizeText(sizeBytes)}${quotaBytes === undefined ? '' : ` of ${sizeText(quotaBytes)}`}`;
  const text = `${engine}, ${size}, kept from revision ${compactedRevision}`;
  return alarms.length === 0 ? text : { text: `${text}; it raises an alarm: ${alarms.join(', ')}`, colour: 'red' };
}

function memberCell({ address, answers, leads, version, behind = 0 }: Member): Cell {
  if (!answers) return { text: `${address} does not answer`, colour: 'red' };
  const late = behind === 0 ? '' : `, ${counted(behind, 'revision')} behind`;
  return `${address}, ${version}${leads === true ? ', leads' : ''}${late}`;
}

function eurekaPeerCell({ server, state, reason = '', waiting }: NonNullable<Status['eurekaPeers']>[number]): Cell {
  if (state === 'silent') return { text: `${server} does not hear (${reason}); ${counted(waiting, 'instance')} waiting`, colour: 'red' };
  const words = {
    hears: 'hears',
    unknown: 'was not told anything yet',
    self: 'is this registry itself',
    elsewhere: 'is told by another node',
  };
  return `${server} ${words[state]}`;
}

function clusterCell({ member, nodes, leaving, duty }: NonNullable<Status['cluster']>, role: Status['role']): Cell {
  const all = `${counted(nodes, 'node')}${leaving === 0 ? '' : `, ${leaving} of them leaving`}: rollcall nodes tells more`;
  if (role === 'replica') return all;
  if (!member) return { text: `not a member at the moment; ${all}`, colour: 'red' };
  return `${all}; this one looks after ${counted(duty.instances, 'instance')}`;
}

function viewCell({ stale, ageSeconds }: Status): Cell {
  if (!stale) return { text: 'follows the log', colour: 'green' };
  return { text: `the log is away; answers are as of ${shortDuration(ageSeconds * 1000)} ago`, colour: 'red' };
}

/** `3 (2 passing, 1 critical)`, in the colour of the worst. */
function healthText({ total, ...byHealth }: Status['instances']): Cell {
  const parts = Object.entries(byHealth).filter(([, count]) => count > 0);
  const worst = (['critical', 'starting', 'warning', 'passing'] as const).find((health) => byHealth[health] > 0);
  const text = parts.length === 0 ? String(total) : `${total} (${parts.map(([health, count]) => `${count} ${health}`).join(', ')})`;
  return { text, colour: worst === undefined ? undefined : healthColours[worst] };
}

type Member = NonNullable<NonNullable<Status['store']>['members']>[number];

const sizes: readonly (readonly [unit: string, bytes: number])[] = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
];

function sizeText(bytes: number): string {
  const [unit, size] = sizes.find(([, size]) => bytes >= size) ?? (['bytes', 1] as const);
  return `${Math.round((bytes / size) * 10) / 10} ${unit}`;
}
