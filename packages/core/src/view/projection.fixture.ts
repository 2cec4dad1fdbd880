/** A view that is fed record by record, as the log would feed it. */
import type { CatalogView, Interest } from '../face.js';
import type { EncodedRecord } from '../records/encoded.js';
import type { ChangeBatch } from './feed.js';
import { encodeGuardRecord, guardKey, idleGuard } from '../records/guard-record.js';
import type { Health } from '../catalog/health.js';
import { defaultNamespace, registration, serviceName, someone } from '../catalog/instance.fixture.js';
import { recordKey, serviceKey } from '../records/keys.js';
import type { ServiceName } from '../catalog/names.js';
import type { PanicRule } from '../catalog/panic-rule.js';
import { Projection, type ProjectionOptions } from './projection.js';
import { encodeHealthRecord, encodeInstanceRecord } from '../records/records.js';
import { encodeServiceRecord } from '../records/service-record.js';

export const payments: ServiceName = serviceName('payments');
export const orders: ServiceName = serviceName('orders');

type Fields = Readonly<Record<string, unknown>>;
type Put = readonly [key: EncodedRecord['key'], value: EncodedRecord['value']];

export class Feed {
  readonly view: Projection;
  /** Where the log stands. It is read from scratch at 10. */
  revision = 10;

  constructor(options: ProjectionOptions = {}) {
    this.view = new Projection(options);
    this.view.begin({ epoch: 'e1', revision: this.revision });
    this.view.finish();
  }

  /** One revision. */
  write(...records: readonly Put[]): void {
    const revision = ++this.revision;
    this.view.apply({ revision, records: records.map(([key, value]) => ({ key, value, createRevision: revision, revision })) });
  }

  come(id: string, fields: Fields = {}): void {
    this.write(arrival(id, fields));
  }

  go(id: string, fields: Fields = {}): void {
    const one = registration({ id, ...fields });
    this.write([recordKey('instances', one), null], [recordKey('health', one), null]);
  }

  turn(id: string, status: Health, { held = false, ...fields }: Fields & { readonly held?: boolean } = {}): void {
    const verdicts = { heartbeat: { status, reason: 'lapse', sinceMs: 0, output: '' } } as const;
    const value = encodeHealthRecord({ verdicts, heldSinceMs: held ? 1 : null, unknown: {} });
    this.write([recordKey('health', registration({ id, ...fields })), value]);
  }

  guard(holding: boolean): void {
    this.write([guardKey, encodeGuardRecord({ ...idleGuard, holding })]);
  }

  rule(service: ServiceName, panic: PanicRule | null): void {
    this.write([serviceKey({ namespace: defaultNamespace, service }), panic && encodeServiceRecord({ panic, unknown: {} })]);
  }

  revisionOf(service: ServiceName): number {
    return this.view.serviceRevision(defaultNamespace, service, someone);
  }

  summaryOf(service: ServiceName): ReturnType<CatalogView['service']> {
    return this.view.service(defaultNamespace, service, someone);
  }

  /** What is told from now on. */
  follow(interest?: Omit<Interest, 'namespace'>): ChangeBatch[] {
    const told: ChangeBatch[] = [];
    const wish = interest && { namespace: defaultNamespace, ...interest };
    this.view.follow({ changed: (batch) => void told.push(batch), reset: () => undefined }, someone, wish);
    return told;
  }
}

/** The record of a registration. */
export function arrival(id: string, fields: Fields = {}): Put {
  const one = registration({ id, ...fields });
  return [recordKey('instances', one), encodeInstanceRecord({ ...one, incarnation: 1, registeredAtMs: 0, unknown: {} })];
}
