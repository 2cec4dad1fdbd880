/** The console, put together: where one is decides which page is shown, and above it stands what has to be known first. */
import { attentionOf } from './asking/attention.js';
import { browserClock as clock } from './asking/clock.js';
import { Link } from './asking/link.js';
import { poll } from './asking/poll.js';
import { AskError, Registry } from './asking/registry.js';
import { KeptToken, sessionStorageOf } from './asking/token.js';
import { bannersOf, numberText } from './model/banner.js';
import { hashOf, placeOf, type Place } from './model/place.js';
import type { Status } from './model/shapes.js';
import { Banners } from './view/banners.js';
import { button, element, setText } from './view/element.js';
import { instancePage } from './view/instance-page.js';
import { machinesPage } from './view/machines-page.js';
import { Menu } from './view/menu.js';
import { nodesPage } from './view/nodes-page.js';
import type { Page, Surroundings } from './view/page.js';
import { servicePage } from './view/service-page.js';
import { servicesPage } from './view/services-page.js';
import { TICK_MS, moveTimes } from './view/time.js';
import { timelinePage } from './view/timeline-page.js';
import { tokenPage } from './view/token-page.js';

const STATUS_LOOK_MS = 2_000;

const attention = attentionOf(document);
const token = new KeptToken(sessionStorageOf(window));
const banners = new Banners();
const menu = new Menu();
const main = element('main', { id: 'main' });
const node = element('span', { class: 'node' });
const tokenButton = button('', useOrForgetToken, { class: 'quiet' });

let status: Status | null = null;
let leave = new AbortController();
/** What is shown is the form for the token. */
let isAsking = false;

const link = new Link(clock, showBanners);
const registry = new Registry({
  root: new URL('../', location.href.replace(/[?#].*$/, '')),
  token,
  link,
  clock,
  unauthenticated: wantToken,
});
const lookAgain = poll({ everyMs: STATUS_LOOK_MS, ask: askStatus, clock, attention, signal: new AbortController().signal });

document.body.replaceChildren(header(), banners.element, main, element('footer', {}, tokenButton));
addEventListener('hashchange', () => show(placeOf(location.hash)));
show(placeOf(location.hash));
tick();

function header(): HTMLElement {
  const skip = element('a', { href: '#main', class: 'skip' }, 'To the content');
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    focusTitle();
  });
  const home = element('a', { href: '#/', class: 'home' }, 'Rollcall');
  return element('header', {}, skip, home, menu.element, node);
}

function show(place: Place): void {
  leave.abort();
  leave = new AbortController();
  isAsking = false;
  tokenButton.hidden = false;
  setText(tokenButton, token.value === null ? 'Use a token' : 'Forget the token');
  const { title, element: shown } = pageAt(place, { registry, clock, attention, signal: leave.signal, moved, lookAgain });
  setTitle(title);
  menu.show(place);
  main.replaceChildren(shown);
  scrollTo(0, 0);
  focusTitle();
}

function pageAt(place: Place, surroundings: Surroundings): Page {
  if (place.page === 'machines') return machinesPage(place, surroundings);
  if (place.page === 'nodes') return nodesPage(surroundings);
  if (place.page === 'service') return servicePage(place, surroundings);
  if (place.page === 'timeline') return timelinePage(place, surroundings);
  if (place.page === 'instance') return instancePage(place, surroundings);
  return servicesPage(place, surroundings);
}

function moved(place: Place): void {
  try {
    history.replaceState(null, '', hashOf(place));
  } catch {
    // Some browsers refuse whoever does this too often, as one who types quickly: the next letter will do.
  }
}

function setTitle(title: string): void {
  document.title = `${title} · Rollcall`;
}

/** Who reads with the keyboard or by ear begins at the top of what is new. */
function focusTitle(): void {
  main.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
}

async function askStatus(): Promise<void> {
  if (isAsking) return;
  try {
    const answered = await registry.ask<Status>('status', new AbortController().signal);
    status = answered?.body ?? status;
  } catch (error) {
    // Whoever may not read anything may not read this either, and is told so where it asks for something.
    if (!(error instanceof AskError) || error.refusal !== 'lost') status = null;
  }
  showBanners();
}

function showBanners(): void {
  banners.show(bannersOf({ status, lost: link.lost, nowMs: clock.wallMs() }));
  document.body.classList.toggle('is-lost', link.lost !== null);
  setText(node, status === null ? '' : `${status.node} · revision ${numberText(status.revision)} · ${status.version}`);
}

/** Several calls may find out at the same time. */
function wantToken(reason: string): void {
  if (!isAsking) askForToken(reason, true);
}

/** What was asked before is not asked any more: each refusal would be a line in the registry's audit. */
function askForToken(reason: string, isWanted: boolean): void {
  isAsking = true;
  leave.abort();
  status = null;
  showBanners();
  tokenButton.hidden = true;
  setTitle(isWanted ? 'A token is wanted' : 'Use a token');
  const back = (): void => {
    show(placeOf(location.hash));
    lookAgain();
  };
  const given = (text: string): void => {
    token.keep(text);
    back();
  };
  const page = tokenPage({ reason, isWanted, given, back });
  main.replaceChildren(page);
  page.querySelector('input')?.focus();
}

function useOrForgetToken(): void {
  if (token.value === null) return askForToken('', false);
  token.forget();
  status = null;
  show(placeOf(location.hash));
  lookAgain();
}

function tick(): void {
  // What is seen is as it was: then its times stand still, too.
  if (link.lost !== null) showBanners();
  else if (attention.isThere) moveTimes(document, clock.wallMs());
  clock.after(TICK_MS, tick);
}
