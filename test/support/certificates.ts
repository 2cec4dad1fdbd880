/** Certificates of a test's own authority, made by openssl for that test. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CertificateMaker {
  /** `name.crt` and `name.key`, of no authority but itself. */
  selfSigned(name: string, subject: string): void;
  /** The same by the authority `ca`, for these names: `DNS:localhost, IP:127.0.0.1`. */
  signed(name: string, subject: string, names: string): Promise<void>;
}

export function certificatesIn(directory: string): CertificateMaker {
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  return {
    selfSigned: (name, subject) =>
      openssl('req', '-x509', ...newKey, '-days', '2', '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.crt`),
    async signed(name, subject, names) {
      openssl('req', ...newKey, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      await writeFile(join(directory, 'extensions'), `subjectAltName=${names}\n`);
      const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...authority, '-out', `${name}.crt`);
    },
  };
}
