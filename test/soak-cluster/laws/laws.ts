/** All that must be true of a history. */
import type { History, Law } from '../history.js';
import { whatWasAcknowledgedIsThere } from './acknowledged.js';
import { allViewsAreEqual, theIdleLogStandsStill, thereWasSomethingToSee, theViewIsTheTruth } from './end.js';
import { whoStopsDeparts, whoStopsIsNoticed } from './noticing.js';
import { nobodyDepartsWhoBeats, nobodyIsUnknownWhoBeats, nobodyLapsesWhoBeats } from './rotation.js';
import { eventsComeInOrder, nothingIsToldTwice, whoeverIsAsFarKnowsTheSame } from './streams.js';

export const laws: Readonly<Record<string, Law>> = {
  'nothing acknowledged is lost': whatWasAcknowledgedIsThere,
  'nobody lapses who beats': nobodyLapsesWhoBeats,
  'nobody departs who beats': nobodyDepartsWhoBeats,
  'nobody is unknown who beats': nobodyIsUnknownWhoBeats,
  'who stops is noticed': whoStopsIsNoticed,
  'who stops departs': whoStopsDeparts,
  'events come in order': eventsComeInOrder,
  'nothing is told twice': nothingIsToldTwice,
  'whoever is as far knows the same': whoeverIsAsFarKnowsTheSame,
  'all views are equal at the end': allViewsAreEqual,
  'the view is the truth at the end': theViewIsTheTruth,
  'the idle log stands still': theIdleLogStandsStill,
  'there was something to see': thereWasSomethingToSee,
};

/** Each with the law that it breaks. */
export function objectionsTo(history: History): readonly string[] {
  return Object.entries(laws).flatMap(([name, law]) => law(history).map((objection) => `${name}: ${objection}`));
}
