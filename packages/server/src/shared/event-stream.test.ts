import { SimulatedClock } from '@rollcall/conformance';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventStream, formatEvent, type Connection } from './event-stream.js';

class PlainConnection implements Connection {
  readonly written: string[] = [];
  takes = true;
  fate: 'open' | 'ended' | 'destroyed' = 'open';
  readonly #listeners: { readonly event: string; readonly listener: () => void }[] = [];

  write(text: string): boolean {
    this.written.push(text);
    return this.takes;
  }

  end(): void {
    this.fate = 'ended';
  }

  destroy(): void {
    this.fate = 'destroyed';
  }

  on(event: 'drain' | 'close', listener: () => void): void {
    this.#listeners.push({ event, listener });
  }

  happens(event: 'drain' | 'close'): void {
    for (const each of this.#listeners) if (each.event === event) each.listener();
  }
}

describe('formatEvent', () => {
  it.each([
    [{ event: 'change', id: 'e-5', data: { a: 'two\nlines' } }, 'event: change\nid: e-5\ndata: {"a":"two\\nlines"}\n\n'],
    [{ comment: 'pulse', id: 'e-5' }, ': pulse\nid: e-5\n\n'],
  ])('%j', (event, text) => expect(formatEvent(event)).toBe(text));
});

describe('EventStream', () => {
  let connection: PlainConnection;
  let clock: SimulatedClock;
  let stream: EventStream;
  beforeEach(() => {
    connection = new PlainConnection();
    clock = new SimulatedClock();
    stream = new EventStream(connection, clock);
  });

  it('keeps what a busy connection does not take, and hands it over as one', () => {
    connection.takes = false;
    for (const id of ['1', '2', '3']) stream.send({ id });
    expect(connection.written).toEqual(['id: 1\n\n']);
    connection.happens('drain');
    expect(connection.written).toEqual(['id: 1\n\n', 'id: 2\n\nid: 3\n\n']);
  });

  it('cuts off whoever lets too much pile up', () => {
    connection.takes = false;
    for (let at = 0; at < 12; at++) stream.send({ data: 'x'.repeat(100_000) });
    expect(connection.fate).toBe('destroyed');
  });

  it('cuts off whoever takes nothing from one pulse to the next', async () => {
    stream.beat(() => ({ comment: 'pulse' }));
    connection.takes = false;
    await clock.advance(31_000);
    expect(connection.fate).toBe('open');
    await clock.advance(15_000);
    expect(connection.fate).toBe('destroyed');
  });

  it('gives signs of life until it is closed', async () => {
    stream.beat(() => ({ comment: 'pulse' }));
    await clock.advance(30_000);
    connection.happens('close');
    await clock.advance(60_000);
    expect(connection.written).toEqual([': pulse\n\n', ': pulse\n\n']);
  });

  it('ends with what was still waiting, and says nothing afterwards', () => {
    connection.takes = false;
    for (const id of ['1', '2']) stream.send({ id });
    stream.end();
    stream.send({ id: '3' });
    expect(connection.written.join('')).toBe('id: 1\n\nid: 2\n\n');
    expect(connection.fate).toBe('ended');
  });
});
