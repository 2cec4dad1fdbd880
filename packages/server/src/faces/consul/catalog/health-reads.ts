/** `/v1/health`: who is there with all checks, and checks by service, by node and by state. */
import { MachineName, type Instance } from '@rollcall/core';
import type { HttpReply } from '../../../shared/http-face.js';
import type { Subject } from './answers.js';
import { askedFilter, nodeTest, tagTest } from './chosen.js';
import { checkShape, healthShape } from '../filter/shapes.js';
import type { Filter } from '../filter/filter.js';
import { nearFirst, nearOf } from './near.js';
import type { ConsulNode } from './nodes.js';
import { askedService, instancesOn, nodeNamed, ofNode, ofService, type ReadingContext } from './reading.js';
import { ConsulRefusal } from '../refusal.js';
import type { Ask, ConsulRoute } from '../route.js';
import { listText } from '../shown/rows-text.js';
import { healthRow, isPassing, ownChecksOf, servicesOn, type ServiceOn } from '../shown/service-on.js';
import { nodeChecks, serviceChecks, type CheckRow, type CheckStatus } from '../shown/checks.js';
import { checksIn } from './whole-catalog.js';

type Reply = HttpReply | Promise<HttpReply>;

export function healthRoutes(context: ReadingContext): readonly ConsulRoute[] {
  const route = (path: string, handle: (ask: Ask) => Reply): ConsulRoute => ({ method: 'GET', path, right: 'read', handle });
  return [
    route('/health/service/*', (ask) => healthOfService(ask, context)),
    route('/health/checks/*', (ask) => checksOfService(ask, context)),
    route('/health/node/*', (ask) => checksOfNode(ask, context)),
    route('/health/state/*', (ask) => checksInState(ask, context)),
  ];
}

function healthOfService(ask: Ask, context: ReadingContext): Reply {
  const { answers, reads, terms, pieces } = context;
  const name = askedService(ask.rest);
  const onlyPassing = ask.query.truth('passing') ?? false;
  const [byTag, byNode, filter, near] = [tagTest(ask), nodeTest(ask), askedFilter(ask, healthShape), nearOf(ask, context)];
  const passes = (on: ServiceOn): boolean => (on.instance === null ? isPassing(on, terms) : pieces.isPassing(on.instance, on.node));
  const isWanted = (on: ServiceOn): boolean =>
    (!onlyPassing || passes(on)) && byTag?.(on) !== false && byNode?.(on) !== false && filter?.(healthRow(on, terms)) !== false;
  const textOf = ({ instance, node }: ServiceOn): string =>
    instance === null ? JSON.stringify(healthRow({ instance, node }, terms)) : pieces.row(instance, node);
  const render = (): string => {
    // Whoever asks for those of another registry that this one would be joined to: it is joined to none.
    const rows = ask.query.text('peer') === '' ? servicesOn(name, context, ask.caller).filter(isWanted) : [];
    return listText(ask, nearFirst(rows, near, ({ node }) => node.name).map(textOf));
  };
  return reads.answer(ask, answers.watched(ask, { ...ofService(context, name, ask), near: near?.key }, render));
}

function checksOfService(ask: Ask, context: ReadingContext): Reply {
  const { answers, reads, terms } = context;
  const name = askedService(ask.rest);
  const [byNode, filter, near] = [nodeTest(ask), askedFilter(ask, checkShape), nearOf(ask, context)];
  const render = (): string => {
    const rows = servicesOn(name, context, ask.caller).filter((on) => byNode?.(on) !== false);
    const checks = nearFirst(rows, near, ({ node }) => node.name).flatMap((on) => ownChecksOf(on, terms));
    return listText(ask, checkTexts(checks, filter));
  };
  return reads.answer(ask, answers.watched(ask, { ...ofService(context, name, ask), near: near?.key }, render));
}

function checksOfNode(ask: Ask, context: ReadingContext): Reply {
  const { answers, reads, terms } = context;
  const name = askedNode(ask.rest);
  const filter = askedFilter(ask, checkShape);
  const render = (): string => {
    const node = nodeNamed(context, name, ask.caller);
    const checks = node === null ? [] : [...nodeChecks(node, terms), ...checksOn(node, instancesOn(context, name, ask.caller), context)];
    return listText(ask, checkTexts(checks, filter));
  };
  return reads.answer(ask, answers.watched(ask, ofNode(context, name), render));
}

const states: ReadonlySet<string> = new Set<CheckStatus | 'any'>(['any', 'passing', 'warning', 'critical']);

async function checksInState(ask: Ask, context: ReadingContext): Promise<HttpReply> {
  const { answers, reads, catalog } = context;
  const state = ask.rest;
  if (state === '') throw new ConsulRefusal(400, 'Missing check state');
  const [byNode, filter, near] = [nodeTest(ask), askedFilter(ask, checkShape), nearOf(ask, context)];
  const chosen = { byNode, filter, near };
  const isExact = state === 'any' && byNode === undefined && filter === undefined;
  const subject: Subject = { about: 'any', revision: () => catalog.any, isExact, near: near?.key };
  if (!states.has(state))
    return reads.answer(
      ask,
      answers.watched(ask, subject, () => listText(ask, [])),
    );
  const watched = await answers.sliced(ask, subject, () => checksIn(state, ask, context, chosen));
  return reads.answer(ask, watched);
}

function checksOn(node: ConsulNode, instances: readonly Instance[], { terms }: ReadingContext): readonly CheckRow[] {
  return instances.flatMap((instance) => serviceChecks(instance, node, terms));
}

function checkTexts(checks: readonly CheckRow[], filter: Filter | undefined): readonly string[] {
  return (filter === undefined ? checks : checks.filter(filter)).map((check) => JSON.stringify(check));
}

export function askedNode(name: string): MachineName {
  if (name === '') throw new ConsulRefusal(400, 'Missing node name');
  // What cannot be called so is one that nobody knows.
  return MachineName.parse(name) ?? ('' as MachineName);
}
