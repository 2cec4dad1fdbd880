import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../test/support/program.js';
import { realEtcd, registryWithEtcdDoor, type Subject } from './subjects.js';

const env = { ...process.env, ETCDCTL_API: '3' };

/** What differs from one etcd to the next, and from one run to the next. */
const betweenEtcds: readonly (readonly [RegExp, string])[] = [
  [/^\{"level".*\n/gm, ''],
  [/^[\da-f]{8,16}, started, [\w-]+, [^,]*, /gm, 'ID, started, NAME, PEERS, '],
  [/"(cluster_id|member_id|raft_term|revision|create_revision|mod_revision|lease|leader|ID|id)":-?\d+/g, '"$1":0'],
  [/127\.0\.0\.1:\d+/g, 'HERE'],
  [/took = [\d.]+[µm]?s/g, 'took = SOON'],
  [/lease [\da-f]{10,16}/g, 'lease L'],
  [/remaining\((\d+)s\)/g, 'remaining(SOME)'],
  [/compacted revision \d+/g, 'compacted revision R'],
  [/\/[\da-f]{10,16}\b/g, '/SESSION'],
];

class Etcdctl {
  readonly #endpoint: string;

  constructor({ endpoint }: Subject) {
    this.#endpoint = endpoint;
  }

  /** What it prints, on both of its outputs, and how it ends. */
  async says(input: string, ...args: readonly string[]): Promise<string> {
    const child = spawn('etcdctl', [`--endpoints=${this.#endpoint}`, ...args], { env });
    child.stdin.on('error', () => undefined).end(input);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => (text += part));
    const [code] = (await once(child, 'close')) as [number];
    return `${betweenEtcds.reduce((all, [pattern, instead]) => all.replaceAll(pattern, instead), text)}ends with ${code}\n`;
  }

  /** Answers once it has printed a line; what it prints until it is told to stop comes with `ended`. */
  async begins(
    ...args: readonly string[]
  ): Promise<{ readonly stop: () => Promise<string>; readonly line: (many: number) => Promise<string> }> {
    const child = spawn('etcdctl', [`--endpoints=${this.#endpoint}`, ...args], { env });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    const line = async (many: number): Promise<string> => {
      await expect.poll(() => text.split('\n').length - 1).toBeGreaterThanOrEqual(many);
      return text.split('\n')[many - 1] ?? '';
    };
    const stop = async (): Promise<string> => {
      const gone = once(child, 'close');
      child.kill('SIGINT');
      await gone;
      return betweenEtcds.reduce((all, [pattern, instead]) => all.replaceAll(pattern, instead), text);
    };
    return { stop, line };
  }

  async prints(...args: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('etcdctl', [`--endpoints=${this.#endpoint}`, ...args], { env });
    return stdout;
  }
}

const transaction = `version("ctl/a") = "1"
value("ctl/b") = "two"

put ctl/c three
get ctl/ --prefix
del ctl/b

get ctl/a

`;

/** Each is an `etcdctl` with its arguments; what it prints must be the same everywhere. */
const commands: readonly (readonly string[])[] = [
  ['put', 'ctl/a', 'one'],
  ['put', 'ctl/b', 'zwei'],
  ['put', '--prev-kv', 'ctl/b', 'two'],
  ['get', 'ctl/a'],
  ['get', '--prefix', 'ctl/'],
  ['get', '--prefix', '--keys-only', 'ctl/'],
  ['get', '--prefix', '--write-out=json', 'ctl/none'],
  ['get', '--prefix', '--order=DESCEND', '--sort-by=VALUE', '--print-value-only', 'ctl/'],
  ['get', '--from-key', '--limit=1', 'ctl/b'],
  ['get', '--rev=100000', 'ctl/a'],
  ['get', 'ctl/a', '--write-out=json'],
  ['put', '--lease=1234', 'ctl/a', 'x'],
  ['put', '--ignore-value', 'ctl/a'],
  ['txn'],
  ['del', '--prefix', '--prev-kv', 'ctl/'],
  ['del', 'ctl/a'],
  ['lease', 'list'],
  ['lease', 'revoke', '1234'],
  ['lease', 'timetolive', '1234'],
  ['endpoint', 'health'],
  ['member', 'list'],
  ['alarm', 'list'],
  ['defrag'],
  ['compaction', '1000000'],
];

describeWith(['etcd', 'etcdctl'], 'etcdctl', () => {
  const subjects: Subject[] = [];
  beforeAll(async () => {
    subjects.push(await realEtcd(), await registryWithEtcdDoor());
  });
  afterAll(async () => {
    for (const subject of subjects) await subject.stop();
  });

  /** The same done to both, one after the other. */
  async function same(what: (etcdctl: Etcdctl) => Promise<unknown>): Promise<unknown> {
    const seen: unknown[] = [];
    for (const subject of subjects) seen.push(await what(new Etcdctl(subject)));
    expect(seen[1]).toEqual(seen[0]);
    return seen[0];
  }

  it.each(commands.map((args) => ({ command: args.join(' '), args })))('$command', async ({ args }) => {
    await same((etcdctl) => etcdctl.says(args[0] === 'txn' ? transaction : '', ...args));
  });

  it('watches what comes, and what was before', async () => {
    const told = await same(async (etcdctl) => {
      await etcdctl.prints('put', 'seen/a', 'one');
      const { header } = JSON.parse(await etcdctl.prints('put', 'seen/a', 'two', '--write-out=json')) as { header: { revision: number } };
      await etcdctl.prints('del', 'seen/a');
      const watch = await etcdctl.begins('watch', '--prefix', '--prev-kv', `--rev=${header.revision}`, 'seen/');
      await watch.line(9);
      await etcdctl.prints('put', 'seen/b', 'three');
      await watch.line(12);
      return (await watch.stop()).split('\n');
    });
    const put = ['PUT', 'seen/a', 'one', 'seen/a', 'two'];
    expect(told).toEqual([...put, 'DELETE', 'seen/a', 'two', 'seen/a', '', 'PUT', 'seen/b', 'three', '']);
  });

  it('keeps a lease, and lets go of it', async () => {
    await same(async (etcdctl) => {
      const granted = await etcdctl.prints('lease', 'grant', '60');
      const [, id = ''] = /lease ([\da-f]+) granted with TTL\(60s\)/.exec(granted) ?? [];
      await etcdctl.prints('put', `--lease=${id}`, 'leased', 'x');
      const keeping = await etcdctl.begins('lease', 'keep-alive', id);
      const line = await keeping.line(1);
      await keeping.stop();
      const looked = await etcdctl.says('', 'lease', 'timetolive', '--keys', id);
      const revoked = await etcdctl.says('', 'lease', 'revoke', id);
      return [line.replace(id, 'L'), looked, revoked, await etcdctl.says('', 'get', 'leased')];
    });
  });

  it('locks, and elects', async () => {
    await same(async (etcdctl) => {
      const [lock, election] = await Promise.all([etcdctl.begins('lock', 'ctl-lock'), etcdctl.begins('elect', 'ctl-leader', 'me')]);
      const held = [
        (await lock.line(1)).replace(/[\da-f]+$/, 'L'),
        (await election.line(1)).replace(/[\da-f]+$/, 'L'),
        await election.line(2),
      ];
      const waiting = await etcdctl.begins('lock', 'ctl-lock');
      const listening = await etcdctl.begins('elect', '--listen', 'ctl-leader');
      held.push(await listening.line(2));
      await Promise.all([lock.stop(), election.stop()]);
      held.push((await waiting.line(1)).replace(/[\da-f]+$/, 'L'));
      await Promise.all([waiting.stop(), listening.stop()]);
      return [...held, await etcdctl.says('', 'get', '--prefix', 'ctl-lock')];
    });
  });

  it('is told how it stands', async () => {
    const status = await same(async (etcdctl) => {
      const [{ Status: one } = {}] = JSON.parse(await etcdctl.prints('endpoint', 'status', '--write-out=json')) as [
        { Status?: Record<string, unknown> }?,
      ];
      return { fields: Object.keys(one ?? {}).filter((name) => ['header', 'version', 'dbSize', 'leader', 'raftTerm'].includes(name)) };
    });
    expect(status).toEqual({ fields: ['header', 'version', 'dbSize', 'leader', 'raftTerm'] });
  });
});
