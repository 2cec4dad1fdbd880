/** What the face asks for itself: what a caller may see of it is judged where it is shown. */
import { everything, ROLLCALL, type Caller } from '@rollcall/core';

export const consulItself: Caller = { identity: ROLLCALL, may: everything, from: '', face: 'consul' };
