import { describe, expect, it } from 'vitest';
import { Identity } from './identity.js';

const header = (clusterId: bigint, revision: number) => ({ clusterId, revision, memberId: 1n });

describe('the identity of a cluster', () => {
  it('is that of the first answer', () => {
    const identity = new Identity();
    const asked = identity.asked();
    expect(identity.look(header(7n, 5), asked, true)).toBe('same');
    expect(identity.look(header(8n, 9), asked, true)).toBe('another');
    expect(identity).toMatchObject({ clusterId: 7n, revision: 5 });
  });

  it('goes back only where everybody agrees on it', () => {
    const identity = new Identity();
    const before = identity.asked();
    identity.look(header(7n, 5), before, true);
    // Put before the other was answered, and answered after it.
    expect(identity.look(header(7n, 4), before, true)).toBe('same');
    expect(identity.look(header(7n, 4), identity.asked(), false)).toBe('doubtful');
    expect(identity.look(header(7n, 4), identity.asked(), true)).toBe('set-back');
    expect(identity.revision).toBe(5);
  });

  it('follows what everybody agrees on, and not what one member says', () => {
    const identity = new Identity();
    identity.look(header(7n, 9), identity.asked(), false);
    expect(identity.revision).toBe(0);
  });

  it('begins anew, and what was asked of the former tells nothing any more', () => {
    const identity = new Identity();
    identity.look(header(7n, 5), identity.asked(), true);
    const asked = identity.asked();
    identity.startOver();
    expect(identity.look(header(7n, 6), asked, true)).toBe('same');
    expect(identity).toMatchObject({ clusterId: null, revision: 0 });
    expect(identity.look(header(8n, 2), identity.asked(), true)).toBe('same');
    expect(identity).toMatchObject({ clusterId: 8n, revision: 2 });
  });
});
