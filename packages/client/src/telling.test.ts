import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, it, vi } from 'vitest';
import { Teller, tellings, type TellingName } from './telling.js';

const move = { from: 'http://a', to: 'http://b', because: null };

it('tells listeners, the observer and the channel', () => {
  const heard: unknown[] = [];
  const teller = new Teller((name, details) => heard.push(['observer', name, details]));
  const channelled = (details: unknown): number => heard.push(['channel', details]);
  subscribe('rollcall:moved', channelled);
  const stop = teller.on('moved', (details) => heard.push(['listener', details]));
  teller.tell('moved', move);
  expect(heard).toEqual([
    ['channel', move],
    ['observer', 'moved', move],
    ['listener', move],
  ]);
  stop();
  unsubscribe('rollcall:moved', channelled);
  teller.tell('moved', move);
  expect(heard).toHaveLength(4);
});

it('knows whether anybody would hear', () => {
  const teller = new Teller();
  expect(teller.isHeard('moved')).toBe(false);
  const stop = teller.on('moved', () => undefined);
  expect(teller.isHeard('moved')).toBe(true);
  stop();
  expect(teller.isHeard('moved')).toBe(false);
});

it('is not harmed by a listener that throws; the others hear', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const teller = new Teller();
  const heard: unknown[] = [];
  teller.on('moved', () => {
    throw new Error('mine');
  });
  teller.on('moved', (details) => heard.push(details));
  teller.tell('moved', move);
  expect(heard).toEqual([move]);
  expect(warned).toHaveBeenCalledWith(new Error('mine'));
  warned.mockRestore();
});

it('lets nobody wait for what is never told', () => {
  expect(() => new Teller().on('troubel' as TellingName, () => undefined)).toThrow(
    /^Nothing is told by the name "troubel"; there are .*trouble/,
  );
});

it('says in a sentence what each name means', () => {
  for (const meaning of Object.values(tellings)) expect(meaning).toMatch(/^[A-Z].*\.$/);
});
