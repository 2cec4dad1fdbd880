/** Lists as bytes: however applications come, change and leave, what is unpacked is what would have been sent plain. */
import { gunzipSync } from 'node:zlib';
import { everything, InstanceId, Namespace, ServiceName, type Caller } from '@rollcall/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AnswerCache } from '../../shared/answer-cache.js';
import { Bodies } from './bodies.js';
import { applicationOf, hashOf, type Application, type Estate } from './estate.js';
import { formFor } from './forms.js';
import { write } from './map.js';
import { anySaid, born } from './said.fixture.js';

const namespace = Namespace.default;
const caller: Caller = { identity: 'somebody', may: everything, from: '', face: 'eureka' };
const terms = { doubled: false, isLookedAt: () => false };

/** Of one application, at one of its revisions. */
function application(name: string, revision: number, saids: readonly Parameters<typeof write>[0][]): Application {
  const service = ServiceName.parse(name) as ServiceName;
  const instances = saids.map((said, at) => {
    const instance = born(write({ ...said, app: name }, namespace, terms, null));
    return { ...instance, id: InstanceId.parse(`${name}-${revision}-${at}`) as InstanceId };
  });
  return applicationOf(instances, { service, panic: false, stamp: `e-${revision}` });
}

it('a list that is compressed is the list, whatever stood there before', async () => {
  const anyMoment = fc.dictionary(
    fc.constantFrom('alpha', 'beta', 'gamma', 'delta'),
    fc.tuple(fc.nat(2), fc.array(anySaid, { minLength: 1, maxLength: 3 })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyMoment, { maxLength: 4 }), fc.constantFrom('application/json', undefined), async (moments, accept) => {
      const bodies = new Bodies(new AnswerCache({ bytesMax: 2 ** 24 }));
      const form = formFor(accept, undefined);
      const made = new Map<string, Application>();
      for (const [revision, moment] of moments.entries()) {
        const applications = Object.entries(moment).map(([name, [at, saids]]) => {
          // The same revision of a service is the same service.
          const known = made.get(`${name} ${at}`) ?? application(name, at, saids);
          made.set(`${name} ${at}`, known);
          return known;
        });
        const estate: Estate = { namespace, revision, applications, hash: hashOf(applications), delta: [] };
        const [plain, gzip] = [await bodies.plain(estate, 'all', form, caller), await bodies.gzip(estate, 'all', form, caller)];
        expect(gunzipSync(gzip).toString()).toBe(plain.toString());
      }
    }),
    { numRuns: 30 },
  );
});
