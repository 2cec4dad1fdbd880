import { describe, expect, it } from 'vitest';
import type { Query } from '../keyspace/keyspace.js';
import { noService } from '../keyspace/query-record.js';
import { queryDefinition } from './definition.js';
import { findQuery, resolvedQuery } from './template.js';

function query(id: string, name: string, more: Partial<Query> = {}): Query {
  const service = { ...noService, service: 'web' };
  return { id, name, session: '', template: null, service, dnsTtl: '', createRevision: 2, modRevision: 2, ...more };
}

const byPrefix = { byPrefix: true, regexp: '', removeEmptyTags: false };

describe('which query a name finds', () => {
  const all = [query('1', 'web'), query('2', 'web-', { template: byPrefix }), query('3', '', { template: byPrefix }), query('4', '')];
  const queries = new Map(all.map((one) => [one.id, one]));

  it.each([
    ['4', '4'],
    ['web', '1'],
    ['web-eu', '2'],
    ['other', '3'],
    ['', '3'],
  ])('%j is %s', (asked, id) => {
    expect(findQuery(queries, asked)?.id).toBe(id);
  });

  it('or none', () => {
    expect(findQuery(new Map([['1', query('1', 'web')]]), 'web-eu')).toBeUndefined();
  });
});

describe('a template', () => {
  const template = query('t', 'geo-', {
    template: { byPrefix: true, regexp: '^geo-(.*?)-([^\\-]+?)$', removeEmptyTags: true },
    service: {
      ...noService,
      service: '${match(1)}',
      tags: ['${match(2)}', '!${match(7)}', '${name.suffix}'],
      near: '${agent.segment}',
      nodeMeta: { full: '${name.full}', prefix: '${ name.prefix }', plain: '$${x}' },
    },
  });

  it('puts the parts of the name in their places', () => {
    expect(resolvedQuery(template, 'geo-redis-eu').service).toMatchObject({
      service: 'redis',
      tags: ['eu', 'redis-eu'],
      near: '',
      nodeMeta: { full: 'geo-redis-eu', prefix: 'geo-', plain: '${x}' },
    });
  });

  it('is as it was said, by its id', () => {
    expect(resolvedQuery(template, 't').service.service).toBe('${match(1)}');
  });

  it.each([
    [{ Template: { Type: 'other' } }, 'Bad Template.Type'],
    [{ Template: { Type: 'name_prefix_match', Regexp: '(' } }, 'Bad Template'],
    [{ Template: { Type: 'name_prefix_match' }, Service: { Service: '${what}' } }, 'unknown variable'],
    [{ Service: { Service: '' } }, 'Must provide a Service name'],
    [{ DNS: { TTL: '-1s' } }, 'must be >=0'],
    [{ Nothing: 1 }, 'unknown field "Nothing"'],
  ])('%j is none', (said, refusal) => {
    expect(() => queryDefinition({ Name: 'x', Service: { Service: 'web' }, ...said }, 'body')).toThrow(refusal);
  });
});
