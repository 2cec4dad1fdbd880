/** Words about how somebody stands: always a word, the colour only helps. */
import { notesOf, stateOf, type Standing } from '../model/state.js';
import { element } from './element.js';

export function chip(word: string, kind: string = word): HTMLElement {
  return element('span', { class: `chip is-${kind}` }, word);
}

export function standing(instance: Standing): HTMLElement {
  const state = stateOf(instance);
  const notes = notesOf(instance).map((note) => chip(note, note.replaceAll(' ', '-')));
  return element('span', { class: 'chips' }, chip(state), ...notes);
}
