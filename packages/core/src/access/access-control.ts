/**
 * Who somebody is, by what they show. A face takes that from where its protocol has it; what it is worth is decided here,
 * for all faces alike.
 */
import { ANONYMOUS } from './judge.js';
import { everything, type Permissions } from './permissions.js';

/** What somebody shows. Only what is needed is asked for. */
export interface Credentials {
  /** `null` for none. */
  readonly token: string | null;
  /** The names in a certificate that was shown and proved; none otherwise. */
  readonly certificateNames: readonly string[];
  /** From this machine, and nobody says that it was only passed on. */
  readonly isLocal: boolean;
}

/** The very same object for the same caller, until the rules change. */
export interface Identity {
  readonly name: string;
  readonly may: Permissions;
}

export interface AccessControl {
  /** Nobody is asked who they are, and everybody may do everything. */
  readonly isOpen: boolean;
  /** Throws `unauthenticated` for a token that nobody knows: it is a mistake, also where none is needed. */
  identify(credentials: Credentials): Identity;
  /** Called whenever the rules have changed. The answer ends it. */
  follow(changed: () => void): () => void;
}

export const anybody: Identity = { name: ANONYMOUS, may: everything };

export const openAccess: AccessControl = { isOpen: true, identify: () => anybody, follow: () => () => undefined };
