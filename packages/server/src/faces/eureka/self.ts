/** The face, where it asks and acts for itself and for nobody who called. */
import { everything, ROLLCALL, type Caller } from '@rollcall/core';

export const self: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'eureka' };
