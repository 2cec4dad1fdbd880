/** Each version of grpc-js that there is a promise for. */
import * as grpc114 from '@grpc/grpc-js';
import * as grpc112 from 'grpc-js-1.12';
import * as grpc113 from 'grpc-js-1.13';
import type { Grpc } from '../../../test/support/echo-servers.js';

export const versions: readonly (readonly [string, Grpc])[] = [
  ['1.12', grpc112 as unknown as Grpc],
  ['1.13', grpc113 as unknown as Grpc],
  ['1.14', grpc114],
];
