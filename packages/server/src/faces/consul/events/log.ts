/** Events that people fire: the last of them are kept in the log, so that they are the same on every node. */
import { singleKey, type Random } from '@rollcall/core';
import type { FiredEvent, Keyspace } from '../keyspace/keyspace.js';
import { shelfKey } from '../keyspace/keys.js';
import { encodeJson, type EventRecord } from '../keyspace/records.js';
import type { KeyspaceWriter } from '../keyspace/writer.js';
import { UUID_BYTES, uuidText } from '../uuid.js';

/** Consul's own. */
const EVENTS_MAX = 256;

/** As the log sorts them: more than anybody fires. */
const SEQUENCE_DIGITS = 16;

/** An index of 1 means that there is none; the first one is above it. */
const FIRST_SEQUENCE = 2;

export interface EventLogOptions {
  readonly keyspace: Keyspace;
  readonly writer: KeyspaceWriter;
  readonly random: Random;
}

/** Answers it as it was fired. */
export function fireEvent({ keyspace, writer, random }: EventLogOptions, event: Omit<EventRecord, 'id'>): Promise<FiredEvent> {
  const chance = random.bytes(UUID_BYTES);
  return writer.write('events', () => {
    const { events } = keyspace;
    const sequence = Math.max((events.at(-1)?.sequence ?? 0) + 1, FIRST_SEQUENCE);
    const record: EventRecord = { ...event, id: eventId(chance, sequence) };
    const key = shelfKey('events', String(sequence).padStart(SEQUENCE_DIGITS, '0'));
    const surplus = events.slice(0, Math.max(0, events.length + 1 - EVENTS_MAX)).slice(-GONE_AT_ONCE_MAX);
    return {
      when: [{ range: singleKey(key), target: 'version', is: '=', operand: 0 }],
      then: [
        { type: 'put', key, value: encodeJson(record) },
        ...surplus.map(
          (one) => ({ type: 'delete', range: singleKey(shelfKey('events', String(one.sequence).padStart(SEQUENCE_DIGITS, '0'))) }) as const,
        ),
      ],
      answer: (revision) => ({ ...record, sequence, createRevision: revision, modRevision: revision }),
    };
  });
}

/** Mostly it is one. */
const GONE_AT_ONCE_MAX = 64;

/**
 * Clients compute the index of an event from its id: one half of the id over the other. So ids are made that give the place of the event
 * in the order of all, which only grows.
 */
export function eventId(chance: Uint8Array, sequence: number): string {
  const bytes = Buffer.from(chance);
  const low = bytes.readBigUInt64BE(8) ^ BigInt(sequence);
  bytes.writeBigUInt64BE(low, 0);
  return uuidText(bytes);
}
