/** Certificates of a test's own authority, made by openssl for that test. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface CertificateMaker {
  /** `name.crt` and `name.key`, of no authority but itself. */
  selfSigned(name: string, subject: string): void;
  /** The same by the authority `ca`, for these names: `DNS:localhost, IP:127.0.0.1`. */
  signed(name: string, subject: string, names: string): Promise<void>;
  /** The same, and its time was over years ago. */
  expired(name: string, subject: string, names: string): Promise<void>;
}

/** What `openssl ca` needs, which alone can say when a certificate ended. */
const AUTHORITY = `[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
`;

export function certificatesIn(directory: string): CertificateMaker {
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const request = (name: string, subject: string): void =>
    openssl('req', ...newKey, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  const extensions = (names: string): Promise<void> => writeFile(join(directory, 'extensions'), `subjectAltName=${names}\n`);
  return {
    selfSigned: (name, subject) =>
      openssl('req', '-x509', ...newKey, '-days', '2', '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.crt`),
    async signed(name, subject, names) {
      request(name, subject);
      await extensions(names);
      const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'extensions'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...authority, '-out', `${name}.crt`);
    },
    async expired(name, subject, names) {
      request(name, subject);
      await extensions(names);
      await writeFile(join(directory, 'authority'), AUTHORITY);
      await writeFile(join(directory, 'index.txt'), '');
      const authority = ['-config', 'authority', '-cert', 'ca.crt', '-keyfile', 'ca.key', '-extfile', 'extensions'];
      const when = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
      openssl('ca', '-batch', '-notext', ...authority, ...when, '-in', `${name}.csr`, '-out', `${name}.crt`);
    },
  };
}
