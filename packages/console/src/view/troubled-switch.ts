/** Only what somebody should look at. */
import { element } from './element.js';

export function troubledSwitch(isOn: boolean, turned: (isOn: boolean) => void): HTMLElement {
  const input = element('input', { type: 'checkbox', checked: isOn });
  input.addEventListener('change', () => turned(input.checked));
  return element('label', { class: 'switch' }, input, 'only those with trouble');
}
