/** Several writes of a face as one commit, written down in the audit's book when that is written. */
import type { CatalogView, Drafted, Drafts, DraftWritten, Registrar } from '@rollcall/core';
import type { DraftedRegistrar } from './audit.js';

export interface Drafting {
  /** `null` where others write. */
  readonly drafts: Drafts | null;
  /** The registrar as this face may write to it, before a draft's: what is written down of it is written down when that is written. */
  readonly draftedBy: (registrar: Registrar) => DraftedRegistrar;
}

interface DraftedLedger {
  readonly registrar: Registrar;
  readonly view: CatalogView;
}

/** `make` is called once per attempt. `too-large`: nothing is written. */
export type DraftedWrites = <Answer>(
  make: (drafted: DraftedLedger) => Promise<Drafted<Answer>>,
) => Promise<DraftWritten<Answer> | 'too-large'>;

/** `null` where nothing can be drafted. */
export function draftedWrites({ drafts, draftedBy }: Drafting): DraftedWrites | null {
  if (drafts === null) return null;
  return async (make) => {
    let ended: DraftedRegistrar['ended'] = () => undefined;
    try {
      const written = await drafts.write(({ registrar, view }) => {
        ended('forgotten');
        const by = draftedBy(registrar);
        ended = by.ended;
        return make({ view, registrar: by.registrar });
      });
      ended(written === 'too-large' ? 'forgotten' : written);
      return written;
    } catch (error) {
      ended({ error });
      throw error;
    }
  };
}
