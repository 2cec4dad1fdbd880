/** One request of Eureka's API and its answer, as transcripts hold them: `fetch` would say more about itself than was asked. */
import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';

export interface EurekaAsked {
  readonly method: string;
  /** Behind `/eureka`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface EurekaAnswered {
  readonly status: number;
  readonly type: string | null;
  readonly encoding: string | null;
  /** Unpacked. */
  readonly body: string;
}

/** `server`: such as `http://127.0.0.1:8761`. */
export function askEureka(server: string, { method, path, headers = {}, body }: EurekaAsked): Promise<EurekaAnswered> {
  return new Promise((resolve, reject) => {
    const asked = request(`${server}/eureka${path}`, { method, headers }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => {
        const { 'content-type': type = null, 'content-encoding': encoding = null } = response.headers;
        const whole = Buffer.concat(pieces);
        resolve({ status: response.statusCode ?? 0, type, encoding, body: (encoding === 'gzip' ? gunzipSync(whole) : whole).toString() });
      });
    });
    asked.once('error', reject);
    asked.end(body);
  });
}
