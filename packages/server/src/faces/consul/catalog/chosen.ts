/** Which rows of an answer a query wants: by tag, by the metadata of nodesand by a filter. */
import { filterOf, type Filter } from '../filter/filter.js';
import type { Shape } from '../filter/shape.js';
import type { ConsulNode } from './nodes.js';
import type { Ask } from '../route.js';
import { tagsOf, type ServiceOn } from '../shown/service-on.js';

/** `undefined`: everything. Throws what Consul answers to a filter that is none. */
export function askedFilter({ query }: Ask, shape: Shape): Filter | undefined {
  const text = query.text('filter');
  return text === '' ? undefined : filterOf(text, shape);
}

/** All of these tags, without regard to case. */
export function tagTest({ query }: Ask): ((on: ServiceOn) => boolean) | undefined {
  const wanted = query.all('tag').map((tag) => tag.toLowerCase());
  if (wanted.length === 0) return undefined;
  return (on) => {
    const tags = new Set(tagsOf(on).map((tag) => tag.toLowerCase()));
    return wanted.every((tag) => tags.has(tag));
  };
}

/** All of these, as `key:value`. */
export function nodeTest({ query }: Ask): ((on: { readonly node: Pick<ConsulNode, 'meta'> }) => boolean) | undefined {
  const wanted = query.all('node-meta').filter((pair) => pair !== '');
  if (wanted.length === 0) return undefined;
  const pairs = wanted.map((pair) => {
    const at = pair.indexOf(':');
    return at < 0 ? ([pair, ''] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
  });
  return ({ node: { meta } }) => pairs.every(([name, value]) => Object.hasOwn(meta, name) && meta[name] === value);
}
