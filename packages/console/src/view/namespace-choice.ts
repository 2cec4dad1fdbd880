/** The namespaces in which somebody is registered, to choose from. Where there is only the usual one there is nothing to choose. */
import { poll } from '../asking/poll.js';
import { AskError } from '../asking/registry.js';
import { DEFAULT_NAMESPACE, hashOf, type NamedPlace } from '../model/place.js';
import type { Namespaces } from '../model/shapes.js';
import { element } from './element.js';
import type { Surroundings } from './page.js';

/** A new one is made seldom. */
const LOOK_MS = 10_000;

export function namespaceChoice(place: () => NamedPlace, { registry, clock, attention, signal }: Surroundings): HTMLElement {
  const here = place().namespace;
  const select = element('select');
  const choice = element('label', { class: 'switch' }, 'namespace', select);
  let offered = '';
  const offer = (namespaces: readonly string[]): void => {
    const all = [...new Set([...namespaces, DEFAULT_NAMESPACE, here])].toSorted();
    choice.hidden = all.length === 1;
    // Who has it open just now is not to lose his place for nothing.
    if (all.join(' ') === offered) return;
    offered = all.join(' ');
    select.replaceChildren(...all.map((one) => element('option', { value: one, selected: one === here }, one)));
  };
  select.addEventListener('change', () => {
    location.hash = hashOf({ ...place(), namespace: select.value, sheet: 1 });
  });
  const ask = async (): Promise<void> => {
    try {
      offer((await registry.ask<Namespaces>('namespaces', signal))?.body.namespaces ?? []);
    } catch (error) {
      // What it is wanted for is refused too, and says why.
      if (error instanceof AskError && error.refusal !== 'lost') throw error;
    }
  };
  offer([]);
  poll({ everyMs: LOOK_MS, ask, clock, attention, signal });
  return choice;
}
