/** `rollcall why`: whether an instance is in rotation, and if not, why. */
import type { Why } from '@rollcall/client';
import type { OptionTable } from '@rollcall/core';
import { askingCommand } from '../asking.js';
import type { Colour, Paint } from '../colour.js';
import type { Command } from '../command.js';
import { ago, clockTime, healthColours, oneLine, shortDuration } from '../shown.js';
import type { Surroundings } from '../surroundings.js';
import { facts } from '../table.js';
import { neededId, ofService, serviceOption } from './one-instance.js';

interface WhyOptions {
  readonly service: string | null;
}

const options: OptionTable<WhyOptions> = { service: serviceOption };

type Reason = Why['reasons'][number];
type Check = Why['checks'][number];

export const whyCommand = (surroundings: Surroundings): Command =>
  askingCommand<WhyOptions>(
    {
      name: 'why',
      operands: 'ID',
      operandsMax: 1,
      summary: 'Says why an instance is in rotation or is not, and what would put it back.',
      details: 'rollcall instances SERVICE --health any lists the ids.',
      options,
      async ask({ registry, wait, json, print, printJson, paint }, { service }, [id]) {
        const why = await wait(registry.why(neededId(id), ofService(service)));
        if (json) printJson(why);
        else print(whyText(why, paint, surroundings.clock.wallMs()));
        return undefined;
      },
    },
    surroundings,
  );

function whyText(why: Why, paint: Paint, nowMs: number): string {
  const { id, service, inRotation, answered, mode, health, reasons, backWhen, checks, departed, node, onDuty } = why;
  const answer: { readonly text: string; readonly colour: Colour } = inRotation
    ? { text: 'in rotation', colour: 'green' }
    : departed !== undefined
      ? { text: 'not here any more', colour: 'red' }
      : { text: answered ? 'not in rotation, and answered all the same: its service panics' : 'not in rotation', colour: 'red' };
  const head = facts(
    [
      ['instance', `${id} of ${service}`],
      ['is', answer],
      ['mode', departed === undefined ? mode : `${mode} when it went`],
      ['health', { text: departed === undefined ? health : `${health} when it went`, colour: healthColours[health] }],
      ['back when', inRotation ? '' : backWhen.join(', and ')],
      ['as seen by', onDuty === undefined || onDuty === node ? node : `${node}; ${onDuty} looks after it`],
    ],
    paint,
  );
  const because = reasons.map((reason) => reasonLine(reason, paint, nowMs));
  const checked = checks.flatMap((check) => checkLines(check, paint, nowMs));
  return [head, section('because', because, paint), section('checks', checked, paint)].filter((part) => part !== '').join('\n');
}

function section(heading: string, lines: readonly string[], paint: Paint): string {
  return lines.length === 0 ? '' : [paint('dim', heading), ...lines].map((line) => `${line}\n`).join('');
}

function reasonLine({ text, keepsOut, since, until }: Reason, paint: Paint, nowMs: number): string {
  const times = [since === undefined ? '' : `for ${ago(since, nowMs)}`, until === undefined ? '' : leftText(until, nowMs)];
  const said = times.filter((time) => time !== '').join(', ');
  return `  ${paint(keepsOut ? 'red' : 'dim', keepsOut ? '✗' : '·')} ${oneLine(text)}${said === '' ? '' : paint('dim', ` (${said})`)}`;
}

function leftText(until: string, nowMs: number): string {
  const leftMs = Date.parse(until) - nowMs;
  return leftMs <= 0 ? 'any moment' : `in ${shortDuration(leftMs)}`;
}

function checkLines(check: Check, paint: Paint, nowMs: number): readonly string[] {
  const { name, of, type, status, since, output = '', flapping, ttl, heardAgo, interval, nextIn, results = [] } = check;
  const terms = [
    ttl === undefined ? '' : `ttl ${ttl}`,
    heardAgo === undefined ? '' : `heard ${heardAgo} ago`,
    interval === undefined ? '' : `every ${interval}`,
    nextIn === undefined ? '' : `next in ${nextIn}`,
  ];
  const whose = `${name}${type === name ? '' : ` (${type})`}${of === 'machine' ? ' of its machine' : ''}`;
  const lasting = since === undefined ? '' : ` for ${ago(since, nowMs)}`;
  const told = [
    `${paint(healthColours[status], status)}${flapping === true ? ' and flapping' : ''}${lasting}`,
    ...terms.filter((term) => term !== ''),
  ].join(', ');
  const lines = results.map(({ at, took, finding, output: found, doubted }) => {
    const when = clockTime(Date.parse(at));
    return `      ${paint('dim', when)} ${paint(healthColours[finding], finding.padEnd(8))} ${oneLine(found)} ${paint('dim', `(${took}${doubted === true ? ', does not count' : ''})`)}`;
  });
  return [`  ${oneLine(whose)}: ${told}`, ...(output === '' || lines.length > 0 ? [] : [`      ${oneLine(output)}`]), ...lines];
}
