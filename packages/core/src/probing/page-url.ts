/** A page by its address, `https://10.0.0.5:8443/health?deep=1`, as the fields that it stands for. */
import { describe, type FieldProblem } from '../catalog/value-kind.js';

type Fields = Readonly<Record<string, unknown>>;

const USUAL_PORTS = { http: 80, https: 443 } as const;

/** Without a name and a password: those are headers, and would be shown to everybody here. */
const pageUrl = /^(https?):\/\/(\[[0-9a-fA-F:.]+\]|[^\s/:?#@[\]]+)(?::(\d{1,5}))?([/?][^\s#]*)?$/;

/** What `url` says already. */
const told = ['host', 'port', 'path'];

/** The same without a `url`; what is wrong with it where it is none. */
export function withoutUrl(fields: Fields): { readonly fields: Fields; readonly problems: readonly FieldProblem[] } {
  const { url, ...rest } = fields;
  if (url === undefined || url === null) return { fields: rest, problems: [] };
  const [, scheme, host = '', port, path = '/'] = (typeof url === 'string' ? pageUrl.exec(url) : null) ?? [];
  if (scheme !== 'http' && scheme !== 'https') {
    const allowed = 'an address such as https://10.0.0.5:8443/health, without a name, a password or a #';
    return { fields: rest, problems: [{ field: 'url', came: describe(url), allowed }] };
  }
  const { tls } = rest;
  const isOther = scheme === 'http' ? tls !== undefined && tls !== false : tls === false;
  const twice = [...told.filter((name) => rest[name] !== undefined), ...(isOther ? ['tls'] : [])];
  const problems = twice.map((field) => ({ field, came: 'beside url', allowed: 'only one of the two' }));
  return {
    fields: {
      ...rest,
      host: host.replace(/^\[(.*)\]$/, '$1'),
      port: port === undefined ? USUAL_PORTS[scheme] : Number(port),
      path: path.startsWith('?') ? `/${path}` : path,
      // Terms of its own stand beside it.
      ...(scheme === 'https' && tls === undefined ? { tls: true } : {}),
    },
    problems,
  };
}
