import { switchOption } from '@rollcall/core';
import { describe, expect, it } from 'vitest';
import { strangeVariables } from './strange-variables.js';

const options = [
  switchOption('history-age', ''),
  switchOption('http', ''),
  { ...switchOption('print-config', ''), givenIn: 'typed' as const },
];

describe('variables of the environment', () => {
  it.each([
    ['ROLLCALL_HTP', 'ROLLCALL_HTTP'],
    ['ROLLCALL_HISTORYAGE', 'ROLLCALL_HISTORY_AGE'],
    ['ROLLCALL_HISTORY', 'ROLLCALL_HISTORY_AGE'],
  ])('%s is said to be misspelt', (name, meant) => {
    expect(strangeVariables({ [name]: '1' }, options)).toEqual([
      `${name} (in the environment) is not known, and changes nothing. Did you mean ${meant}?`,
    ]);
  });

  it.each([
    'ROLLCALL_HTTP',
    'ROLLCALL_WEATHER',
    'HISTORY_AGE',
    'ROLLCALL_PORT',
    'ROLLCALL_PORT_8500_TCP_ADDR',
    'ROLLCALL_SERVICE_HOST',
    'ROLLCALL_INSTANCE_ID',
  ])('%s is nobody’s mistake', (name) => {
    expect(strangeVariables({ [name]: '1' }, options)).toEqual([]);
  });
});
