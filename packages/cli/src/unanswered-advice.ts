/** What to do where no registry answered, in flags of this program. */
import type { Unanswered } from '@rollcall/client';

export function unansweredAdvice({ reason, advice, systemCode, url }: Unanswered): string {
  if (reason === 'refused') return 'Is a registry running there? `rollcall serve` starts one; --url or ROLLCALL_URL chooses another.';
  if (reason === 'tls') return tlsAdvice(systemCode);
  if (reason === 'timeout') return 'Ask again a little later, or wait longer with --timeout.';
  // Whoever speaks TLS only hangs up on a question in the clear.
  if (reason === 'broken' && url.startsWith('http:')) return `${advice} If it speaks TLS: say https: in --url.`;
  if (reason === 'unknown-host' || reason === 'unreachable' || reason === 'not-a-registry')
    return '--url or ROLLCALL_URL chooses another address.';
  return advice;
}

/** Each by what OpenSSL and Node call it. */
function tlsAdvice(systemCode: string): string {
  const known = tlsTroubles.find(([pattern]) => pattern.test(systemCode))?.[1];
  return known ?? 'Does the registry speak http or https? --ca-file names the authority that signed its certificate.';
}

const tlsTroubles: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED$/, 'Its certificate has expired: whoever runs the registry has to renew it.'],
  [/^CERT_NOT_YET_VALID$/, 'Its certificate is not valid yet: compare the clock of this machine with that of its authority.'],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/,
    'Its certificate is for another name: say that name in --url, or have this one added to the certificate.',
  ],
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/,
    'Whoever signed its certificate is not trusted here: --ca-file or ROLLCALL_CA_FILE names that authority.',
  ],
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/, 'What answers there does not speak TLS: say http: in --url.'],
  [/KEY_VALUES_MISMATCH/, '--key is not the key of --cert: give the pair that was made together.'],
];
