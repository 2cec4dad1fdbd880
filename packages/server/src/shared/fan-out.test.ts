import { SimulatedClock } from '@rollcall/conformance';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Audience, FanOut, type Receiver } from './fan-out.js';
import { nextTurn } from './turn.js';

interface Listener extends Receiver<number> {
  readonly heard: number[];
}

function listener(): Listener {
  const heard: number[] = [];
  return { heard, joinedAfter: 0, take: (thing) => void heard.push(thing) };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}

describe('FanOut', () => {
  it('hands everybody what was sent while they were there, in order, each once', async () => {
    const step = fc.record({ act: fc.constantFrom('send', 'join', 'leave', 'turn'), who: fc.nat({ max: 5 }), where: fc.nat({ max: 1 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const fanOut = new FanOut<number>(new SimulatedClock());
        const audiences = [new Audience<Listener, number>(fanOut), new Audience<Listener, number>(fanOut)] as const;
        // Enough of them that one sending takes several slices.
        for (let at = 0; at < 700; at++) audiences[0].join(listener());
        const people = Array.from({ length: 6 }, () => ({ listener: listener(), where: -1, due: [] as number[] }));
        let sent = 0;
        for (const { act, who, where } of steps) {
          const person = people[who] as (typeof people)[number];
          const audience = audiences[where as 0 | 1];
          if (act === 'turn') await nextTurn();
          else if (act === 'send') {
            audience.send(++sent);
            for (const one of people) if (one.where === where) one.due.push(sent);
          } else if (act === 'join' && person.where < 0) {
            audience.join(person.listener);
            person.where = where;
          } else if (act === 'leave' && person.where >= 0) {
            audiences[person.where as 0 | 1].leave(person.listener);
            person.where = -1;
            // What is on its way to it does not arrive; what has arrived was due.
            const { heard } = person.listener;
            expect(person.due.slice(0, heard.length)).toEqual(heard);
            person.due = [...heard];
          }
        }
        await turns(steps.length * 4 + 4);
        for (const { listener: one, due } of people) expect(one.heard).toEqual(due);
      }),
      { numRuns: 50 },
    );
  });

  it('lets others have their turn in between', async () => {
    const fanOut = new FanOut<number>(new SimulatedClock());
    const audience = new Audience<Listener, number>(fanOut);
    const crowd = Array.from({ length: 2000 }, listener);
    for (const one of crowd) audience.join(one);
    const told = (): number => crowd.filter(({ heard }) => heard.length > 0).length;
    audience.send(1);
    const seen: number[] = [told()];
    while (told() < crowd.length) {
      await nextTurn();
      seen.push(told());
    }
    expect(seen).toEqual([500, 1000, 1500, 2000]);
  });
});
