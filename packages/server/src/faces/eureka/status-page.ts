/** The page that Eureka's people open first: who is there, how many heartbeats came, and whom the guard keeps, and why. */
import { formatDuration } from '@rollcall/core';
import type { PeerReport } from './outward/peer-report.js';
import type { ApplicationRow, Figures } from './server-status.js';

const SECOND_MS = 1000;

export function pageOf(figures: Figures): string {
  const { namespace, node, version, upForMs, applications, isStale } = figures;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Eureka: Rollcall</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Eureka, answered by Rollcall</h1>
<p>Node ${text(node)}, version ${text(version)}, up for ${seconds(upForMs)}. Namespace ${text(namespace)}.</p>
${isStale ? '<p class="alarm">The log cannot be reached: what is shown is as of when it could.</p>\n' : ''}${guardText(figures)}
<h2>Figures</h2>
<table>
${figureRows(figures)}</table>
${peersText(figures)}<h2>Instances</h2>
<table>
<thead><tr><th>Application</th><th>Instances</th></tr></thead>
<tbody>
${applications.map(applicationRow).join('')}</tbody>
</table>
</body>
</html>
`;
}

function peersText({ peers }: Figures): string {
  if (peers.length === 0) return '';
  return `<h2>Other Eureka servers that are told what happens here</h2>
<table>
<thead><tr><th>Server</th><th>How it stands</th><th>Instances told of</th><th>Waiting</th></tr></thead>
<tbody>
${peers.map(peerRow).join('')}</tbody>
</table>
`;
}

function peerRow({ server, state, reason, troubleMs, toldAgoMs, instances, waiting }: PeerReport): string {
  const ago = toldAgoMs === null ? 'never' : `${seconds(toldAgoMs)} ago`;
  const words: Readonly<Record<PeerReport['state'], string>> = {
    hears: `hears; last told ${ago}`,
    silent: `has not heard for ${seconds(troubleMs ?? 0)} (${reason ?? ''}); last told ${ago}`,
    unknown: 'not told anything yet',
    self: 'is this registry itself, and left out',
    elsewhere: 'is told by another node of this cluster',
  };
  const alarm = state === 'silent' ? ' class="alarm"' : '';
  return `<tr><td>${text(server)}</td><td${alarm}>${text(words[state])}</td><td>${instances}</td><td>${waiting}</td></tr>\n`;
}

function seconds(ms: number): string {
  return formatDuration(Math.floor(ms / SECOND_MS) * SECOND_MS);
}

/** What would be the emergency, in red, elsewhere. */
function guardText({ guard, held, heldInAll }: Figures): string {
  if (!guard.holding) return '<p>Nobody is held: whoever stops to renew its lease is DOWN when that is over, and leaves.</p>';
  const names = held.map((name) => `<li>${text(name)}</li>`).join('\n');
  const more = heldInAll > held.length ? `<p>… and ${heldInAll - held.length} more.</p>\n` : '';
  return `<div class="alarm">
<p>The guard holds ${guard.held} instances: their leases are over, and so many at once that it is more likely this registry that does not hear well.
Of ${guard.presentAtStart} instances at most ${Number.isFinite(guard.budget) ? guard.budget : 'all'} may leave without a goodbye within ${formatDuration(guard.windowMs)}; ${guard.departed} have. Those who are held are DOWN unless
their application would be left empty, leave by and by, and are UP again as soon as they are heard. To let them go at once: <code>rollcall guard release</code>.</p>
<ul>
${names}
</ul>
${more}</div>`;
}

function figureRows({ instances, hash, renewsThreshold, renewsLastMinute, guard }: Figures): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ['Instances', instances],
    ['apps__hashcode', hash],
    ['Renews threshold', renewsThreshold],
    ['Renews (last min), of this node', renewsLastMinute],
    ['Held by the guard', guard.held],
  ];
  return rows.map(([name, value]) => `<tr><th>${name}</th><td>${text(String(value))}</td></tr>\n`).join('');
}

function applicationRow({ name, panic, instances }: ApplicationRow): string {
  const shown = instances.map(({ id, status, url, held }) => {
    const link = url !== null && /^https?:\/\//i.test(url) ? `<a href="${text(url)}" rel="noreferrer">${text(id)}</a>` : text(id);
    return `${status} ${link}${held ? ' (held)' : ''}`;
  });
  const note = panic ? ' (too few are well: all who could be tried are UP)' : '';
  return `<tr><td>${text(name)}${note}</td><td>${shown.join('<br>')}</td></tr>\n`;
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function text(value: string): string {
  return value.replaceAll(/[&<>"']/g, (character) => escapes[character] as string);
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}table{border-collapse:collapse;width:100%}' +
  'th,td{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}.alarm{border-left:.3rem solid #b00;padding-left:1rem}';
