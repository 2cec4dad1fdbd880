/** Asks for the token that the registry wants. */
import { button, element } from './element.js';

export interface TokenQuestion {
  /** Why it is asked: in the registry's words, or empty. */
  readonly reason: string;
  /** The registry answers nothing without one. */
  readonly isWanted: boolean;
  readonly given: (token: string) => void;
  readonly back: () => void;
}

export function tokenPage({ reason, isWanted, given, back }: TokenQuestion): HTMLElement {
  const input = element('input', {
    'id': 'token',
    'type': 'password',
    'autocomplete': 'off',
    'spellcheck': 'false',
    'required': true,
    'size': 40,
    'aria-describedby': 'about-token',
  });
  const form = element(
    'form',
    { class: 'token' },
    element('h1', { tabindex: -1 }, isWanted ? 'This registry wants a token' : 'Use a token'),
    reason === '' ? null : element('p', { class: 'banner alarm', role: 'alert' }, reason),
    element(
      'p',
      { id: 'about-token' },
      'Whoever runs the registry has one for you, with the right to read. It is kept for this browser tab only, and forgotten when that is closed.',
    ),
    element('label', { for: 'token' }, 'Token'),
    element(
      'div',
      { class: 'tools' },
      input,
      button('Show who is there', () => form.requestSubmit(), { class: 'main' }),
      isWanted ? null : button('Back', back),
    ),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (input.value.trim() !== '') given(input.value.trim());
  });
  return form;
}
