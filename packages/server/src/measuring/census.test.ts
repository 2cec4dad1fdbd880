import { changeBatch, readRegistration, type FeedListener, type Instance } from '@rollcall/core';
import { expect, it } from 'vitest';
import { Census } from './census.js';
import { Metrics } from './metrics.js';

const registration = readRegistration({ service: 'payments', host: '10.0.0.5' }, { face: 'native' });

function instance(like: Partial<Instance> = {}): Instance {
  const born = {
    incarnation: 1,
    registeredAtMs: 0,
    createRevision: 1,
    revision: 1,
    healthRevision: 0,
    intent: null,
    intentRevision: 0,
    held: false,
  };
  return { ...registration, ...born, mode: 'in', health: 'passing', verdicts: {}, ...like };
}

const lapsed = instance({
  health: 'critical',
  verdicts: { heartbeat: { status: 'critical', reason: 'lapse', sinceMs: 0, output: '' } },
});

it('counts what comes, changes and goes, and all of them only when the view was read anew', () => {
  let listener: FeedListener | undefined;
  let present: readonly Instance[] = [instance(), instance({ mode: 'out' })];
  const metrics = new Metrics();
  const view = {
    allInstances: () => present,
    follow: (given: FeedListener) => {
      listener = given;
      return () => (listener = undefined);
    },
  };
  const census = new Census(view, metrics);
  const changed = (previous: Instance | null, current: Instance | null): void =>
    listener?.changed(changeBatch(2, [{ ref: registration, previous, current }]));
  const shows = (...lines: string[]): void => lines.forEach((line) => expect(metrics.render()).toContain(`\n${line}\n`));

  census.start();
  shows('rollcall_instances{health="passing",mode="in"} 1', 'rollcall_instances{health="passing",mode="out"} 1');
  changed(null, instance());
  changed(instance(), lapsed);
  shows(
    'rollcall_instances{health="passing",mode="in"} 1',
    'rollcall_instances{health="critical",mode="in"} 1',
    'rollcall_arrivals_total 1',
  );
  changed(lapsed, null);
  changed(instance(), null);
  changed(instance({ health: 'critical' }), null);
  shows(...['lapse', 'goodbye', 'failed-check'].map((reason) => `rollcall_departures_total{reason="${reason}"} 1`));

  present = [lapsed];
  listener?.reset();
  shows('rollcall_instances{health="passing",mode="in"} 0', 'rollcall_instances{health="critical",mode="in"} 1');
  census.close();
  expect(listener).toBeUndefined();
});
