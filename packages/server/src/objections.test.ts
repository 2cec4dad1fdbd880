import { describe, expect, it } from 'vitest';
import { objectionsTo } from './objections.js';
import { serveOptions, type ServeOptions } from './options.js';

const usual = Object.fromEntries(Object.entries(serveOptions).map(([name, option]) => [name, option.default])) as unknown as ServeOptions;

describe('objectionsTo', () => {
  it.each<[string, Partial<ServeOptions>, readonly RegExp[]]>([
    ['the usual', {}, []],
    ['a certificate without its key', { tlsCert: 'c' }, [/go together/]],
    ['an authority without a certificate', { tlsClientCa: 'ca' }, [/needs TLS/]],
    ['an open address without a word about who may come in', { bind: '0.0.0.0' }, [/three ways/]],
    ['several at once', { bind: '0.0.0.0', tlsKey: 'k' }, [/go together/, /three ways/]],
  ])('%s', (_name, given, expected) => {
    const objections = objectionsTo({ ...usual, ...given });
    expect(objections).toHaveLength(expected.length);
    expected.forEach((pattern, at) => expect(objections[at]).toMatch(pattern));
  });
});
