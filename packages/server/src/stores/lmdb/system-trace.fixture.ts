/** Reads what `strace -f -y` wrote: which system call began and returned when, in one order for all threads. */

export interface SystemCall {
  readonly name: string;
  /** The number of the file, and its path as -y tells it. */
  readonly file: number;
  readonly path: string;
  /** All that strace shows of it. */
  readonly text: string;
  /** Places in the trace. A call that never returned has none. */
  readonly begun: number;
  readonly returned: number;
  readonly answer: number;
}

const LINE = /^(\d+) +(?:<\.\.\. (\w+) resumed>)?(.*)$/;
const CALL = /^(\w+)\((?:(\d+)<([^>]*)>)?/;

export function readTrace(trace: string): readonly SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, { readonly text: string; readonly begun: number }>();
  trace.split('\n').forEach((line, at) => {
    const [, thread = '', resumed, rest = ''] = LINE.exec(line) ?? [];
    if (rest.endsWith('<unfinished ...>')) return void unfinished.set(thread, { text: rest, begun: at });
    const beginning = resumed === undefined ? { text: '', begun: at } : unfinished.get(thread);
    const call = readCall(`${beginning?.text ?? ''}${rest}`, beginning?.begun ?? at, at);
    if (call !== null) calls.push(call);
  });
  return calls;
}

function readCall(text: string, begun: number, returned: number): SystemCall | null {
  const [, name, file = '-1', path = ''] = CALL.exec(text) ?? [];
  if (name === undefined) return null;
  return { name, file: Number(file), path, text, begun, returned, answer: Number(/\) += (-?\d+)/.exec(text)?.[1] ?? 'NaN') };
}
