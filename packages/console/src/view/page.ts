/** What every page of the console is, and what it is given. */
import type { Attention } from '../asking/attention.js';
import type { Clock } from '../asking/clock.js';
import type { AskError, Registry } from '../asking/registry.js';
import type { Place } from '../model/place.js';
import { element } from './element.js';

export interface Page {
  readonly title: string;
  readonly element: HTMLElement;
}

export interface Surroundings {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly attention: Attention;
  /** Aborted when the page is left. */
  readonly signal: AbortSignal;
  /** The address bar follows what is chosen on a page, without a step in the history. */
  readonly moved: (place: Place) => void;
  /** The registry is to be asked about itself now: something happened. */
  readonly lookAgain: () => void;
}

/** What is shown instead of an answer. */
export function refusalNotice(error: AskError): HTMLElement {
  const title = error.refusal === 'forbidden' ? 'Not allowed' : error.refusal === 'missing' ? 'Not here' : 'No answer';
  return element('p', { class: 'notice', role: 'status' }, element('strong', {}, title), ` ${error.message}`);
}
