import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRegistration, registration } from '../catalog/instance.fixture.js';
import { healths, type Health, type Verdict } from '../catalog/health.js';
import { bornCircumstances, instanceOf, type Circumstances, type Instance } from '../catalog/instance.js';
import { modeOwners, type Intent, type ModeIntent } from '../catalog/intent.js';
import { machineOf, type Machine } from '../catalog/machine.js';
import { MachineName } from '../catalog/names.js';
import { usualPanicRule } from '../catalog/panic-rule.js';
import { HEARTBEAT_CHECK_ID, type Check } from '../catalog/registration.js';
import type { GuardReport } from '../face.js';
import type { NodeName } from '../cluster/node-name.js';
import { newStreak, type Streak } from '../probing/threshold.js';
import type { Insight } from './insight.js';
import { explain, remediesOf, summaryOf, type Why, type WhyFacts } from './why.js';

const NOW_MS = 1_000_000;
const SINCE_MS = 960_000;
const nothing: Intent = { mode: null, status: null, metadata: {}, weight: null, tags: null };
const knowing: Insight = { isOurs: true, onDuty: null, heardAgesMs: new Map(), probes: new Map(), machine: null };

const verdict = (status: Health, reason: Verdict['reason'], output = ''): Verdict => ({ status, reason, output, sinceMs: SINCE_MS });
const wish = (mode: ModeIntent['mode'], like: Partial<ModeIntent> = {}): ModeIntent => ({
  mode,
  reason: '',
  owner: 'operator',
  sinceMs: SINCE_MS,
  untilMs: null,
  ...like,
});

function machine(like: { readonly mode?: ModeIntent; readonly status?: Health } = {}): Machine {
  const checks: readonly Check[] = [{ id: HEARTBEAT_CHECK_ID, type: 'heartbeat', ttlMs: 30_000, born: 'passing' }];
  const name = MachineName.parse('m1') as MachineName;
  const born = { registeredAtMs: 0, createRevision: 1, revision: 1 };
  const one = { ...registration(), name, addresses: {}, metadata: {}, checks, ...born };
  const verdicts = like.status === undefined ? {} : { heartbeat: verdict(like.status, 'lapse', 'no heartbeat for 30s') };
  return machineOf(one, { verdicts, healthRevision: 2, mode: like.mode ?? null });
}

function instance(fields: Readonly<Record<string, unknown>>, like: Partial<Circumstances> = {}): Instance {
  const born = { incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1 };
  return instanceOf({ ...registration({ id: 'p1', ...fields }), ...born }, { ...bornCircumstances, ...like });
}

function why(one: Instance, like: Partial<WhyFacts> = {}): Why {
  return explain({
    instance: one,
    machine: null,
    service: { instances: 1, inRotation: 0, panic: false },
    panicRule: usualPanicRule,
    guard: null,
    staleSinceMs: null,
    insight: knowing,
    node: 'registry-1',
    wallNowMs: NOW_MS,
    ...like,
  });
}

const streak = (like: Partial<Streak>): Insight => ({
  ...knowing,
  probes: new Map([['tcp', { streak: { ...newStreak('critical'), ...like }, results: [], isBusy: false, nextInMs: 1, isDoubting: false }]]),
});

const lapsed = { verdicts: { heartbeat: verdict('critical', 'lapse', 'no heartbeat for 30s') }, healthRevision: 2 };
const unwell = (status: Health): Partial<Circumstances> => ({ verdicts: { tcp: verdict(status, 'probe', 'refused') }, healthRevision: 2 });
const probed = (like: object = {}): Readonly<Record<string, unknown>> => ({ checks: [{ type: 'tcp', ...like }] });
const m1 = machine();

describe('an instance in rotation', () => {
  it('needs no reasons', () => {
    const told = why(instance({}));
    expect([told.inRotation, told.answered, told.reasons, remediesOf(told)]).toEqual([true, true, [], []]);
    expect(summaryOf(told)).toBe('It is in rotation: its mode is in, and its health passing.');
  });

  it('may have some all the same: what warns, and what its node does not know', () => {
    const told = why(instance({ ...probed(), machine: 'm9' }, unwell('warning')), { staleSinceMs: NOW_MS - 5_400 });
    expect(told.reasons.map(({ about, keepsOut }) => [about, keepsOut])).toEqual([
      ['check', false],
      ['machine', false],
      ['stale', false],
    ]);
    expect(told.reasons[2]?.text).toContain('for 5s');
  });
});

/** What keeps it out, and what would put it back. */
const cases: readonly (readonly [what: string, told: Why, texts: readonly RegExp[], backWhen: readonly string[]])[] = [
  ['a lapse', why(instance({}, lapsed)), [/^its heartbeat is critical: no heartbeat for 30s$/], ['a heartbeat']],
  [
    'a lapse, and when it was heard',
    why(instance({}, lapsed), { insight: { ...knowing, heardAgesMs: new Map([['heartbeat', 41_400]]) } }),
    [/; last heard 41s ago, with a ttl of 30s$/],
    ['a heartbeat'],
  ],
  [
    'its own word',
    why(instance({}, { verdicts: { heartbeat: verdict('critical', 'heartbeat', 'disk full') } })),
    [/critical: disk full/],
    ['a heartbeat that says "passing"'],
  ],
  ['no result yet', why(instance(probed())), [/its check "tcp" is starting: it has not passed yet/], ['one passing probe of "tcp"']],
  ['failed probes', why(instance(probed(), unwell('critical'))), [/its check "tcp" is critical: refused/], ['one passing probe of "tcp"']],
  [
    'whom it follows',
    why(instance({ checks: [{ type: 'alias', service: 'db' }] }, { verdicts: { alias: verdict('critical', 'probe', 'db') } })),
    [/its check "alias" is critical: db/],
    ['whoever "alias" follows passing'],
  ],
  [
    'failed probes that need several good ones',
    why(instance(probed({ successBeforePassing: 3 }), unwell('critical'))),
    [/refused/],
    ['three passing probes of "tcp" in a row'],
  ],
  [
    'the same, when one was good',
    why(instance(probed({ successBeforePassing: 3 }), unwell('critical')), { insight: streak({ successes: 1 }) }),
    [/refused/],
    ['two more passing probes of "tcp" in a row'],
  ],
  [
    'an operator’s word',
    why(instance({}, { intent: { ...nothing, mode: wish('out', { reason: 'new disks' }) } })),
    [/^an operator said that it is out \(new disks\)$/],
    ['its mode set to in'],
  ],
  [
    'its own drain',
    why(instance({}, { intent: { ...nothing, mode: wish('draining', { owner: 'instance', untilMs: NOW_MS + 1 }) } })),
    [/^it says of itself that it is draining, and departs when/],
    ['its mode set to in, or a new registration'],
  ],
  [
    'its machine’s mode',
    why(instance({ machine: 'm1' }, { machine: machine({ mode: wish('out') }) }), { machine: machine({ mode: wish('out') }) }),
    [/^its machine m1 is out$/],
    ['the mode of its machine set to in'],
  ],
  [
    'its machine’s silence',
    why(instance({ machine: 'm1' }, { machine: machine({ status: 'critical' }) }), { machine: machine({ status: 'critical' }) }),
    [/^the heartbeat of its machine m1 is critical/],
    ['a heartbeat of its machine'],
  ],
  [
    'what was said of its health, which its checks do not change',
    why(instance({}, { ...lapsed, intent: { ...nothing, status: { health: 'critical', reason: 'odd', sinceMs: SINCE_MS } } })),
    [/^it was said from outside that it is critical \(odd\)/],
    ['what was said of its health taken back'],
  ],
  [
    'several things at once',
    why(instance({ machine: 'm1' }, { ...lapsed, intent: { ...nothing, mode: wish('out') }, machine: m1 }), { machine: m1 }),
    [/an operator/, /its heartbeat/],
    ['its mode set to in', 'a heartbeat'],
  ],
];

describe('an instance out of rotation', () => {
  it.each(cases)('because of %s', (_what, told, texts, backWhen) => {
    const because = told.reasons.filter(({ keepsOut }) => keepsOut);
    expect(because).toHaveLength(texts.length);
    because.forEach(({ text }, at) => expect(text).toMatch(texts[at] as RegExp));
    expect(remediesOf(told)).toEqual(backWhen);
    expect(told).toMatchObject({ inRotation: false, answered: false });
    for (const { text } of because) expect(summaryOf(told)).toContain(text);
  });

  it('departs when its time is over', () => {
    const { reasons } = why(instance({ deregisterAfter: '90s' }, lapsed));
    expect(reasons.find(({ about }) => about === 'departure')).toMatchObject({ keepsOut: false, untilMs: SINCE_MS + 90_000 });
  });

  it('waits because of the guard', () => {
    const counts = { presentAtStart: 100, budget: 15, departed: 15, released: 0, left: 0, held: 7, holding: true };
    const guard: GuardReport = { windowMs: 900_000, windowStartMs: 0, windowLeftMs: 60_000, ...counts };
    const { reasons } = why(instance({}, { ...lapsed, held: true }), { guard });
    const held = reasons.find(({ about }) => about === 'held');
    expect(held?.text).toContain('15 of 15 departures without a goodbye in 15m have been, and the next window begins in 1m');
  });

  it('is answered all the same where its service panics', () => {
    const told = why(instance({}, lapsed), { service: { instances: 12, inRotation: 2, panic: true } });
    expect(told).toMatchObject({ inRotation: false, answered: true });
    expect(told.reasons.at(-1)?.text).toMatch(/^only 2 of 12 instances.*this one too/);
    expect(summaryOf(told)).toContain('because its service panics');
  });

  it('and says who knows more', () => {
    const told = why(instance({}, lapsed), { insight: { ...knowing, isOurs: false, onDuty: 'registry-2' as NodeName } });
    expect(told.reasons.at(-1)).toMatchObject({ about: 'duty', keepsOut: false });
    expect(told.reasons.at(-1)?.text).toMatch(/^registry-2 looks after it/);
  });
});

describe('a check that flaps, or is doubted', () => {
  const flapping = (status: Health): Partial<Circumstances> => ({
    verdicts: { tcp: { ...verdict(status, 'probe', 'refused'), flapping: true } },
    healthRevision: 2,
  });

  it('says that good news of it wait, and for how long', () => {
    const told = why(instance(probed(), flapping('critical')));
    expect(told.reasons.map(({ about, keepsOut }) => [about, keepsOut])).toEqual([
      ['check', true],
      ['flapping', false],
    ]);
    expect(told.reasons[1]?.text).toMatch(/^its check "tcp" is flapping.*at most for 2m$/);
    expect(remediesOf(told)).toEqual(['one passing probe of "tcp", and no turn for 2m']);
    expect(why(instance(probed(), flapping('passing'))).reasons.map(({ about }) => about)).toEqual(['flapping']);
  });

  it('says that its silence does not count', () => {
    const result = { finding: 'critical', output: 'no answer', wallMs: 1, tookMs: 1 } as const;
    const of = (doubted: boolean, isDoubting: boolean): Insight => ({
      ...knowing,
      probes: new Map([
        [
          'tcp',
          {
            streak: newStreak('passing'),
            results: [{ ...result, ...(doubted ? { doubted } : {}) }],
            isBusy: false,
            nextInMs: 1,
            isDoubting,
          },
        ],
      ]),
    });
    for (const insight of [of(true, false), of(false, true)]) {
      const { reasons } = why(instance(probed(), unwell('passing')), { insight });
      expect(reasons.map(({ about }) => about)).toEqual(['doubt']);
      expect(reasons[0]?.text).toMatch(/^registry-1 hears nothing.*the silence of "tcp" does not count/);
    }
    expect(why(instance(probed(), unwell('passing')), { insight: of(false, false) }).reasons).toEqual([]);
  });
});

describe('the law', () => {
  const health = fc.constantFrom(...healths);
  const mode = fc.option(
    fc.tuple(fc.constantFrom('draining', 'out'), fc.constantFrom(...modeOwners)).map(([said, owner]) => wish(said, { owner })),
  );
  const status = fc.option(health.map((said) => ({ health: said, reason: '', sinceMs: SINCE_MS })));
  const anyMachine = fc.option(fc.record({ status: health }).map(machine));

  it('is that it is out of rotation exactly where something keeps it out, and that each such thing has a remedy', () => {
    fc.assert(
      fc.property(anyRegistration, health, mode, status, anyMachine, fc.boolean(), (one, found, said, override, its, held) => {
        const verdicts = Object.fromEntries(one.checks.map(({ id }) => [id, verdict(found, 'heartbeat')]));
        const intent = { ...nothing, mode: said, status: override };
        const shown = instanceOf(
          { ...one, incarnation: 1, registeredAtMs: 0, createRevision: 1, revision: 1 },
          { ...bornCircumstances, verdicts, intent, machine: its, held },
        );
        const { inRotation, reasons } = why(shown, { machine: its });
        const keeping = reasons.filter(({ keepsOut }) => keepsOut);
        expect(inRotation).toBe(keeping.length === 0);
        expect(keeping.every(({ remedy }) => remedy !== null)).toBe(true);
      }),
    );
  });
});
