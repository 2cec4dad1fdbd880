/** A prepared query as the API has it: read, judged, and shown. */
import { goAnything, goList, goObject, goStruct, goTable, goText, goTruth, goWhole, type GoKind } from '../said/body.js';
import { parseGoDuration } from '../go-duration.js';
import type { Indexes } from '../indexes.js';
import type { Query } from '../keyspace/keyspace.js';
import { noService, type QueryDefinition } from '../keyspace/query-record.js';
import { ConsulRefusal } from '../refusal.js';
import { demandTemplate } from './template.js';

const text = goText;

const said = goStruct(
  {
    ID: text,
    Name: text,
    Session: text,
    Token: text,
    Template: goStruct({ Type: text, Regexp: text, RemoveEmptyTags: goTruth }, 'refused'),
    Service: goStruct(
      {
        Service: text,
        SamenessGroup: text,
        Failover: goStruct({ NearestN: goWhole, Datacenters: goList(text), Targets: goList(goObject) }, 'refused'),
        OnlyPassing: goTruth,
        IgnoreCheckIDs: goList(text),
        Near: text,
        Tags: goList(text),
        NodeMeta: goTable(text),
        ServiceMeta: goTable(text),
        Connect: goTruth,
        Peer: text,
        Namespace: text,
        Partition: text,
      },
      'refused',
    ),
    DNS: goStruct({ TTL: text }, 'refused'),
    CreateIndex: goAnything,
    ModifyIndex: goAnything,
  },
  'refused',
);

const TEMPLATE_TYPE = 'name_prefix_match';

/** Consul keeps a token with a query, to be used by whoever asks it. Here everybody asks with his own, and none is kept. */
export const queryDefinition: GoKind<QueryDefinition & { readonly id: string }> = (value, field) => {
  const { ID = '', Name = '', Session = '', Template, Service, DNS } = said(value, field);
  const type = Template?.Type ?? '';
  if (type !== '' && type !== TEMPLATE_TYPE) throw new ConsulRefusal(500, `Bad Template.Type '${type}'`);
  if ((Service?.Service ?? '') === '') throw new ConsulRefusal(500, 'Must provide a Service name to query');
  if (Service?.SamenessGroup !== undefined && Service.SamenessGroup !== '')
    throw new ConsulRefusal(400, 'Sameness groups are a Consul Enterprise feature');
  if (Name === '' && Session === '' && type === '') throw new ConsulRefusal(500, 'Must be bound to a session');
  const { NearestN = 0, Datacenters = [], Targets = [] } = Service?.Failover ?? {};
  if (NearestN < 0) throw new ConsulRefusal(500, `Bad NearestN '${NearestN}', must be >= 0`);
  const definition: QueryDefinition = {
    name: Name,
    session: Session,
    template:
      Template === undefined
        ? null
        : { byPrefix: type !== '', regexp: Template.Regexp ?? '', removeEmptyTags: Template.RemoveEmptyTags ?? false },
    service: {
      ...noService,
      service: Service?.Service ?? '',
      failover: { nearestN: NearestN, datacenters: Datacenters, targets: Targets },
      onlyPassing: Service?.OnlyPassing ?? false,
      ignoreCheckIds: Service?.IgnoreCheckIDs ?? [],
      near: Service?.Near ?? '',
      tags: Service?.Tags ?? [],
      nodeMeta: Service?.NodeMeta ?? {},
      serviceMeta: Service?.ServiceMeta ?? {},
      connect: Service?.Connect ?? false,
    },
    dnsTtl: demandTtl(DNS?.TTL ?? ''),
  };
  demandTemplate(definition);
  return { ...definition, id: ID };
};

/** Go's clients compare it with what they sent, and send `null` for what is empty. */
export function shownQuery({ id, createRevision, modRevision, ...definition }: Query, indexes: Indexes): object {
  const { name, session, template, service, dnsTtl } = definition;
  return {
    ID: id,
    Name: name,
    Session: session,
    Token: '',
    Template: {
      Type: template?.byPrefix === true ? TEMPLATE_TYPE : '',
      Regexp: template?.regexp ?? '',
      RemoveEmptyTags: template?.removeEmptyTags ?? false,
    },
    Service: {
      Service: service.service,
      Failover: {
        NearestN: service.failover.nearestN,
        Datacenters: orNull(service.failover.datacenters),
        Targets: orNull(service.failover.targets),
      },
      OnlyPassing: service.onlyPassing,
      IgnoreCheckIDs: orNull(service.ignoreCheckIds),
      Near: service.near,
      Tags: orNull(service.tags),
      NodeMeta: tableOrNull(service.nodeMeta),
      ServiceMeta: tableOrNull(service.serviceMeta),
      Connect: service.connect,
    },
    DNS: { TTL: dnsTtl },
    CreateIndex: indexes.of(createRevision),
    ModifyIndex: indexes.of(modRevision),
  };
}

function orNull<Item>(list: readonly Item[]): readonly Item[] | null {
  return list.length === 0 ? null : list;
}

function tableOrNull(table: Readonly<Record<string, string>>): Readonly<Record<string, string>> | null {
  return Object.keys(table).length === 0 ? null : table;
}

function demandTtl(ttl: string): string {
  if (ttl === '') return ttl;
  const ms = parseGoDuration(ttl);
  if (ms === undefined) throw new ConsulRefusal(500, `Bad DNS TTL '${ttl}': time: invalid duration ${JSON.stringify(ttl)}`);
  if (ms < 0) throw new ConsulRefusal(500, `DNS TTL '${ttl}' must be >=0`);
  return ttl;
}
