/** All machines of a namespace: how each stands, which counts for all its instances, and how many these are. */
import { counted, numberText } from '../model/banner.js';
import type { MachinesPlace } from '../model/place.js';
import { contains, machineTextOf, wordsOf } from '../model/search.js';
import type { Machine, Machines } from '../model/shapes.js';
import { AskedList } from './asked-list.js';
import { standing } from './chips.js';
import { element, said } from './element.js';
import { checksOf, stateDetail } from './instance-row.js';
import { namespaceChoice } from './namespace-choice.js';
import type { Page, Surroundings } from './page.js';
import { searchField } from './search-field.js';
import { troubledSwitch } from './troubled-switch.js';

/** They change seldom. */
const LOOK_MS = 5_000;

export function machinesPage(first: MachinesPlace, surroundings: Surroundings): Page {
  let place = first;
  const { clock, signal } = surroundings;
  const move = (change: Partial<MachinesPlace>): void => {
    place = { ...place, ...change };
    surroundings.moved(place);
    list.show();
  };
  const list = new AskedList<Machines, Machine>(
    {
      title: 'Machines',
      tools: [
        searchField('Search: name, address, name=value', first.search, (search) => move({ search, sheet: 1 }), signal),
        troubledSwitch(first.troubled, (troubled) => move({ troubled, sheet: 1 })),
        namespaceChoice(() => place, surroundings),
      ],
      columns: [
        { title: 'Machine' },
        { title: 'State' },
        { title: 'Instances', kind: 'number' },
        { title: 'Checks', kind: 'wide' },
        { title: 'Metadata', kind: 'wide' },
      ],
      path: `machines?namespace=${encodeURIComponent(first.namespace)}`,
      everyMs: LOOK_MS,
      itemsOf: ({ machines }) => machines,
      keyOf: ({ name }) => name,
      rowOf: (machine) => rowOf(machine, clock.wallMs()),
      summaryOf,
      wanted: () => {
        const words = wordsOf(place.search);
        return (machine) => (!place.troubled || isTroubled(machine)) && contains(machineTextOf(machine), words);
      },
      nobody,
      sheet: () => place.sheet,
      turn: (sheet) => move({ sheet }),
    },
    surroundings,
  );
  return { title: 'Machines', element: list.element };
}

function rowOf(machine: Machine, nowMs: number): HTMLElement {
  const addresses = Object.entries(machine.addresses).map(([name, host]) => `${name} ${host}`);
  const metadata = Object.entries(machine.metadata).map(([name, value]) => said(`${name}=${value}`, { class: 'label' }));
  return element(
    'tr',
    { class: isTroubled(machine) ? 'troubled' : null },
    element(
      'th',
      { scope: 'row' },
      element('strong', {}, said(machine.name)),
      element('span', { class: 'beneath' }, said(addresses.join(', '))),
    ),
    element('td', {}, standing(machine), stateDetail(machine, nowMs)),
    element('td', { class: 'number' }, numberText(machine.instances)),
    element('td', { class: 'wide' }, checksOf(machine)),
    element('td', { class: 'wide' }, ...metadata),
  );
}

function isTroubled({ mode, health }: Machine): boolean {
  return mode !== 'in' || health !== 'passing';
}

function summaryOf(machines: readonly Machine[]): string {
  const troubled = machines.filter(isTroubled).length;
  const all = counted(machines.length, 'machine', 'machines');
  return machines.length === 0 ? all : `${all}, ${troubled === 0 ? 'all of them well' : `${numberText(troubled)} with trouble`}`;
}

function nobody(areOthers: boolean): HTMLElement {
  const why = 'No machine is registered here. An instance may name one that is not; what is said of it counts from when it is.';
  return element('p', { class: 'notice' }, areOthers ? 'No machine fits.' : why);
}
