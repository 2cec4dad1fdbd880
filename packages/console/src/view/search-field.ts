/** The field that one types a search into. `/` leads to it from everywhere on the page, Escape empties it. */
import { element } from './element.js';

export function searchField(label: string, value: string, typed: (text: string) => void, signal: AbortSignal): HTMLElement {
  const input = element('input', {
    'type': 'search',
    'placeholder': label,
    'aria-label': label,
    'autocomplete': 'off',
    'spellcheck': 'false',
  });
  input.value = value;
  input.addEventListener('input', () => typed(input.value));
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || input.value === '') return;
    event.preventDefault();
    input.value = '';
    typed('');
  });
  document.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      input.focus();
      input.select();
    },
    { signal },
  );
  return element('label', { class: 'search' }, input, element('kbd', { 'aria-hidden': 'true' }, '/'));
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}
