/** Asks for the token that the registry wants. */
import { button, element } from './element.js';

export function tokenPage(reason: string, given: (token: string) => void): HTMLElement {
  const input = element('input', { id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', required: true, size: 44 });
  const form = element(
    'form',
    { class: 'token' },
    element('h1', { tabindex: -1 }, 'This registry wants a token'),
    reason === '' ? null : element('p', { class: 'banner alarm', role: 'alert' }, reason),
    element(
      'p',
      {},
      'Whoever runs it has one for you, with the right to read. It is kept for this browser tab only, and forgotten when that is closed.',
    ),
    element('label', { for: 'token' }, 'Token'),
    element(
      'div',
      { class: 'tools' },
      input,
      button('Show who is there', () => form.requestSubmit(), { class: 'main' }),
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (input.value.trim() !== '') given(input.value.trim());
  });
  return form;
}
