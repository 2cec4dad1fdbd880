/** What is said to whoever watches a program being run. A line is a sentence, and tells what happens next. */
import { formatDuration } from '@rollcall/core';
import type { Settings, State, Verdict } from './state.js';

export const waitsFor = ({ service, target }: Settings): string => `${service}: waiting for ${target} to answer.`;

export const isLate = ({ service, target, startTimeoutMs }: Settings, { verdict }: State): string =>
  `${service} has not answered for ${formatDuration(startTimeoutMs)} at ${target}${verdict.output === '' ? '' : ` (${verdict.output})`}, so no caller is told of it. Still looking.`;

export const registered = ({ instance, address, registry }: Settings): string => `registered ${instance} (${address}) at ${registry}.`;

export const answersAgain = ({ registry }: Settings): string => `${registry} answers again.`;

export const inTrouble = (reason: string): string => `${reason} The program runs on, and this goes on trying.`;

export const forgotten = ({ instance, registry }: Settings): string =>
  `${registry} does not know ${instance} (any more); registering it again.`;

export const forgottenWhileCritical = ({ instance, registry }: Settings): string =>
  `${instance} has left ${registry}, being critical; it is registered again when its check passes.`;

export const checkSays = ({ health, output }: Verdict): string => `the check says ${health}${output === '' ? '' : `: ${output}`}.`;

export const leaving = (signal: string, { instance, drainMs }: Settings): string =>
  `${signal}: deregistering ${instance}; the program serves on for ${formatDuration(drainMs)}. Once more skips that.`;

export const stopping = ({ graceMs }: Settings): string => `SIGTERM for the program; it has ${formatDuration(graceMs)} to end.`;

export const killing = 'SIGKILL for the program.';

export const ended = (how: string): string => `the program ended ${how}.`;

export const notDeregistered = ({ instance, registry }: Settings): string =>
  `${instance} could not be deregistered at ${registry}; it lapses by itself when its ttl is over.`;
