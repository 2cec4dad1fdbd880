/** What it costs to listen to a million instances: heartbeats in bulk, memory, and how long they ever hold up the loop. */
import type { AttendanceAnswer, AttendanceQuestion } from '../processes/attendance.js';
import { startChild, type Child } from '../support/child.js';
import { few, perSecond, times } from '../support/figures.js';
import type { Benchmark } from '../support/row.js';
import { ratioOf, spreadOf } from '../support/statistics.js';

const TARGET_PER_SECOND = 1_000_000;
/** Sixty, and the room that doubling keeps for later. */
const TARGET_BYTES = 64;
const TARGET_PAUSE_MS = 10;

export const attendanceAtScale: Benchmark = {
  name: 'attendance/million',
  run: async ({ quick, cleanup }) => {
    const instances = quick ? 100_000 : 1_000_000;
    const child: Child<AttendanceQuestion, AttendanceAnswer> = startChild(new URL('../processes/attendance.ts', import.meta.url), cleanup);
    const answer = await child.ask({ instances, rounds: 5 });
    await child.end();
    const whom = instances.toLocaleString('en');
    const bulk = spreadOf(answer.perSecond);
    return [
      {
        work: `bulk heartbeats of ${whom} instances, from the request's text to the last number written`,
        measured: perSecond(bulk),
        beside: `a bare map and array ${few(spreadOf(answer.bareNsPerBeat).median)} ns per beat`,
        ratio: times(ratioOf(answer.nsPerBeat, answer.bareNsPerBeat)),
        target: `≥ ${TARGET_PER_SECOND / 1e6}M/s`,
        met: bulk.median >= TARGET_PER_SECOND,
        notes: [
          `on one core, by its time on the processor; 1,000 ids in a request, registered together, the requests in no order`,
          `without reading the text ${few(spreadOf(answer.nsPerBeat).median)} ns per beat, which is what the ratio compares`,
          `with the ids of each request scattered over all instances, so that no cache helps: ${perSecond(spreadOf(answer.scatteredPerSecond))}`,
        ],
      },
      {
        work: `listening to ${whom} instances, memory beside the catalog's`,
        measured: `${few(answer.bytesEach)} bytes each`,
        beside: '',
        ratio: '',
        target: `≤ ${TARGET_BYTES}`,
        met: answer.bytesEach <= TARGET_BYTES,
      },
      {
        work: `the longest turn of attendance in a minute, everybody beating every 10 s`,
        measured: `${few(answer.steadyPauseMs)} ms`,
        beside: `after all of them had beaten at once ${few(answer.burstPauseMs)} ms`,
        ratio: '',
        target: `≤ ${TARGET_PAUSE_MS} ms`,
        met: Math.max(answer.steadyPauseMs, answer.burstPauseMs) <= TARGET_PAUSE_MS,
      },
    ];
  },
};
