import { Unanswered, type UnansweredReason } from '@rollcall/client';
import { expect, it } from 'vitest';
import { unansweredAdvice } from './unanswered-advice.js';

const about = (reason: UnansweredReason, code: string, url = 'https://a:1'): string =>
  unansweredAdvice(new Unanswered(reason, url, { cause: Object.assign(new Error('it'), { code }) }));

it.each([
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'clock'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '--ca-file'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', '--ca-file'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'say http:'],
  ['ERR_OSSL_X509_KEY_VALUES_MISMATCH', '--key is not the key of --cert'],
  ['EPROTO', 'http or https'],
])('says of %s what to do', (code, advice) => {
  expect(about('tls', code)).toContain(advice);
});

it('thinks of TLS where a question in the clear is hung up on', () => {
  expect(about('broken', 'UND_ERR_SOCKET', 'http://a:1')).toContain('https:');
  expect(about('broken', 'UND_ERR_SOCKET')).not.toContain('https:');
});
