/** A port as one types it. */
import { digitsKind, type ValueKind } from '@rollcall/core';

const PORT_MAX = 65_535;

export const typedPortKind: ValueKind<number> = digitsKind(`a port from 1 to ${PORT_MAX}`, 1, PORT_MAX);
