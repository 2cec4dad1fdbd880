/** Query parameters that several routes take. */
import type { QueryParameter } from '../route.js';

export const namespace: QueryParameter = {
  name: 'namespace',
  description: 'Where to look. Left out: `default`.',
  schema: 'Namespace',
  example: 'default',
};

export const service: QueryParameter = {
  name: 'service',
  description: 'Decides between those that share the id.',
  schema: 'ServiceName',
  example: 'payments',
};

export const since: QueryParameter = {
  name: 'since',
  description: 'The cursor of what is known already: the ETag of an answer, or the id of an event.',
  schema: 'Cursor',
  example: '5f1c-42',
};

export const minRevision: QueryParameter = {
  name: 'minRevision',
  description: 'Waits, for a bounded time, until this revision is shown.',
  schema: 'Revision',
  example: '1',
};

/** Which instances of a service are answered. */
export const filters: readonly QueryParameter[] = [
  {
    name: 'health',
    description: 'Left out: who is in rotation. `any`: everybody. Else those of exactly this health.',
    schema: { enum: ['any', 'passing', 'warning', 'critical', 'starting'] },
    example: 'any',
  },
  {
    name: 'tag',
    description: 'Who carries this tag; given several times, all of them.',
    schema: { type: 'string' },
    repeatable: true,
    example: 'blue',
  },
  { name: 'version', description: 'Who is of this version.', schema: 'Label', example: '1.2.3' },
  { name: 'zone', description: 'Who is in this zone.', schema: 'Label', example: 'a' },
  {
    name: 'near',
    description: 'Where the caller is, as ZONE or REGION/ZONE: those of this zone first, then those of its region.',
    schema: 'Label',
    example: 'a',
  },
  { name: 'meta.KEY', description: 'Whose metadata has this value under KEY.', schema: { type: 'string' }, example: 'money' },
  { name: 'limit', description: 'At most so many.', schema: { type: 'integer' }, example: '10' },
];
