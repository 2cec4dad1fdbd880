import { describe, expect, it } from 'vitest';
import { lineKind } from '../catalog/registration-kinds.js';
import { inGroup, switchOption, type Option, type OptionTable } from './option.js';
import { digitsKind, pathKind, repeatedKind, separatedKind, typedDurationKind } from './option-kinds.js';
import { optionsHelp } from './options-help.js';
import { printOptions } from './print-options.js';
import { readOptions, type Read } from './read-options.js';
import type { SettingsFile } from './settings-file.js';

interface Values {
  readonly name: string;
  readonly port: number;
  readonly etcd: number | null;
  readonly ageMs: number;
  readonly token: string | null;
  readonly zones: readonly string[];
  readonly notes: readonly string[];
  readonly json: boolean;
  readonly check: boolean;
  readonly config: string | null;
  readonly show: boolean;
}

const portKind = digitsKind('a port from 1 to 65535', 1, 65_535);
const etcd: Option<number | null> = {
  flag: 'etcd',
  placeholder: 'PORT',
  kind: { allowed: 'a port from 1 to 65535, or off', parse: (text) => (text === 'off' ? null : portKind.parse(text)) },
  bare: '2379',
  default: null,
  defaultText: 'off',
  help: 'Opens the door.',
};

const table: OptionTable<Values> = {
  name: { flag: 'name', placeholder: 'NAME', kind: lineKind(9), default: 'a', defaultText: 'a', help: 'A name.' },
  port: { flag: 'port', placeholder: 'PORT', kind: portKind, default: 1, defaultText: '1', help: 'A port.' },
  etcd,
  ageMs: {
    flag: 'max-age',
    placeholder: 'DURATION',
    kind: typedDurationKind(1000, 60_000, '30s'),
    default: 30_000,
    defaultText: '30s',
    help: 'How old it may become.',
  },
  ...inGroup('More', {
    token: { flag: 'token', placeholder: 'TOKEN', kind: lineKind(20, 4), default: null, defaultText: '', help: 'A token.', secret: true },
    zones: {
      flag: 'zone',
      placeholder: 'ZONE',
      kind: separatedKind(lineKind(5), 3),
      default: [],
      defaultText: '',
      help: 'Zones.',
      form: 'list',
    },
    notes: {
      flag: 'note',
      placeholder: 'NOTE',
      kind: repeatedKind(lineKind(9), 3),
      default: [],
      defaultText: '',
      help: 'Notes.',
      form: 'list',
    },
    json: switchOption('json', 'Prints JSON.'),
    check: switchOption('check', 'Checks.', true),
  } satisfies OptionTable<Pick<Values, 'token' | 'zones' | 'notes' | 'json' | 'check'>>),
  config: {
    flag: 'config',
    placeholder: 'FILE',
    kind: pathKind('the path of a file'),
    default: null,
    defaultText: '',
    help: 'The file.',
    givenIn: 'outside-file',
  },
  show: { ...switchOption('show', 'Shows.'), givenIn: 'typed' },
};

function fileOf(values: Readonly<Record<string, unknown>>): SettingsFile {
  return { name: 'r.yaml', complaints: [], entries: Object.entries(values).map(([key, value], at) => ({ key, value, line: at + 1 })) };
}

function read(args: readonly string[], environment: Record<string, string> = {}, file?: SettingsFile): Read<Values> {
  return readOptions(table, args, environment, file);
}

describe('two dashes alone', () => {
  it.each([
    [['--', 'node', '--port', 'x', '-e'], { name: 'a', port: 1 }, ['node', '--port', 'x', '-e']],
    [['--port', '2', 'one', '--', '--name', '--', 'b'], { name: 'a', port: 2 }, ['one', '--name', '--', 'b']],
    [['--'], { name: 'a', port: 1 }, []],
  ])('%j ends the flags, and what follows is handed on as it is', (args, values, operands) => {
    expect(read(args)).toMatchObject({ values, operands, complaints: [] });
  });

  it('is no value of a flag', () => {
    expect(read(['--name', '--', 'node'])).toMatchObject({ operands: ['node'], complaints: ['--name needs a value.'] });
  });
});

describe('a flag', () => {
  it.each<[readonly string[], Partial<Values>, readonly string[]]>([
    [['--port', '9'], { port: 9 }, []],
    [['--port=9'], { port: 9 }, []],
    [['--name=a=b'], { name: 'a=b' }, []],
    [['--name=--x'], { name: '--x' }, []],
    [['--name', '-x'], { name: '-x' }, []],
    [['--json'], { json: true }, []],
    [['--json', 'word'], { json: true }, ['word']],
    [['--json=false', '-'], { json: false }, ['-']],
    [['--no-json'], { json: false }, []],
    [['--no-check'], { check: false }, []],
    [['--check'], { check: true }, []],
    [['--etcd'], { etcd: 2379 }, []],
    [['--etcd', '--json'], { etcd: 2379, json: true }, []],
    [['--etcd', '2380'], { etcd: 2380 }, []],
    [['--etcd=off'], { etcd: null }, []],
    [['--no-etcd'], { etcd: null }, []],
    [['--zone', 'a, b', '--zone=c'], { zones: ['a', 'b', 'c'] }, []],
    [['--note', 'a,b', '--note', 'c'], { notes: ['a,b', 'c'] }, []],
  ])('typed as %j', (args, values, operands) => {
    expect(read(args)).toMatchObject({ values, operands, complaints: [] });
  });

  it.each<[readonly string[], readonly string[]]>([
    [['--prot', '9'], ['--prot is not known. Did you mean --port?']],
    [['--maxAge', '9'], ['--maxAge is not known. Did you mean --max-age?']],
    [['--tok'], ['--tok is not known. Did you mean --token?']],
    [['--bananas'], ['--bananas is not known.']],
    [['--port', '1', '--port', '2'], ['--port is given twice.']],
    [['--json', '--no-json'], ['--json is given twice.']],
    [['--no-port'], ['--no-port is not known. Did you mean --port?']],
    [['--port'], ['--port needs a value.']],
    [['-p', '1'], ['-p is not known; flags begin with two dashes.']],
    [['--json=maybe'], ['--json is "maybe" (on the command line); allowed is true or false.']],
    [['--etcd', '70000'], ['--etcd is "70000" (on the command line); allowed is a port from 1 to 65535, or off.']],
    [['--zone', 'a,toolong'], ['--zone is "toolong" (on the command line); allowed is 1 to 5 printable characters.']],
    [['--token', 'x'], ['--token is something else, which is kept secret (on the command line); allowed is 4 to 20 printable characters.']],
  ])('typed as %j is refused', (args, complaints) => {
    expect(read(args).complaints).toEqual(complaints);
  });
});

describe('the environment', () => {
  it.each<[Record<string, string>, Partial<Values>]>([
    [{ ROLLCALL_PORT: '9' }, { port: 9 }],
    [{ ROLLCALL_PORT: '' }, { port: 1 }],
    // As Kubernetes says where a service called rollcall is.
    [{ ROLLCALL_PORT: 'tcp://10.0.0.1:8500' }, { port: 1 }],
    [{ ROLLCALL_MAX_AGE: '40s' }, { ageMs: 40_000 }],
    [{ ROLLCALL_ETCD: 'on' }, { etcd: 2379 }],
    [{ ROLLCALL_ETCD: 'false' }, { etcd: null }],
    [
      { ROLLCALL_JSON: '1', ROLLCALL_CHECK: 'no' },
      { json: true, check: false },
    ],
    [{ ROLLCALL_ZONE: 'a,b' }, { zones: ['a', 'b'] }],
    [{ ROLLCALL_NOTE: 'a,b' }, { notes: ['a,b'] }],
    [{ ROLLCALL_SHOW: 'true' }, { show: false }],
  ])('%j', (environment, values) => {
    expect(read([], environment)).toMatchObject({ values, complaints: [] });
  });
});

describe('a file', () => {
  it.each<[Readonly<Record<string, unknown>>, Partial<Values>]>([
    [
      { 'port': 9, 'max-age': '40s' },
      { port: 9, ageMs: 40_000 },
    ],
    [
      { json: true, check: false },
      { json: true, check: false },
    ],
    [{ etcd: true }, { etcd: 2379 }],
    [{ etcd: false }, { etcd: null }],
    [{ etcd: 2380 }, { etcd: 2380 }],
    [
      { zone: ['a', 'b'], note: 'one' },
      { zones: ['a', 'b'], notes: ['one'] },
    ],
    [{ zone: [] }, { zones: [] }],
  ])('%j', (values, expected) => {
    expect(read([], {}, fileOf(values))).toMatchObject({ values: expected, complaints: [] });
  });

  it.each<[Readonly<Record<string, unknown>>, readonly string[]]>([
    [{ maxAge: '40s' }, ['maxAge (r.yaml, line 1) is not known. Did you mean max-age?']],
    [{ config: 'x' }, ['config (r.yaml, line 1) cannot stand in the file; say it on the command line.']],
    [{ show: true }, ['show (r.yaml, line 1) cannot stand in the file; say it on the command line.']],
    [{ port: null }, ['port has no value (r.yaml, line 1); leave it out for its default.']],
    [{ port: [1] }, ['port is a list of 1 (r.yaml, line 1); allowed is a port from 1 to 65535.']],
    [{ token: 123 }, ['token is something else, which is kept secret (r.yaml, line 1); allowed is 4 to 20 printable characters.']],
    // A number alone could be seconds to one reader and milliseconds to another.
    [{ 'max-age': 40_000 }, ['max-age is 40000 (r.yaml, line 1); allowed is a duration from 1s to 1m, such as 30s.']],
  ])('with %j is refused', (values, complaints) => {
    expect(read([], {}, fileOf(values)).complaints).toEqual(complaints);
  });
});

describe('all together', () => {
  it('a flag beats the environment, the environment beats the file, and nobody looks at what was beaten', () => {
    const file = fileOf({ name: 'file', port: 'nonsense', etcd: 7 });
    const { values, complaints } = read(['--port', '3'], { ROLLCALL_PORT: 'nonsense', ROLLCALL_NAME: 'twin' }, file);
    expect(complaints).toEqual([]);
    expect(values).toMatchObject({ name: 'twin', port: 3, etcd: 7 });
  });

  it('says everything that is wrong at once, each with its place', () => {
    const file = { ...fileOf({ 'port': 99_999, 'max-aeg': '1s' }), complaints: ['r.yaml, line 9: what is this?'] };
    expect(read(['--zone', '', '--nmae', 'x'], { ROLLCALL_JSON: 'maybe' }, file).complaints).toEqual([
      '--nmae is not known. Did you mean --name?',
      'port is 99999 (r.yaml, line 1); allowed is a port from 1 to 65535.',
      '--zone is "" (on the command line); allowed is 1 to 5 printable characters.',
      'ROLLCALL_JSON is "maybe" (in the environment); allowed is true or false.',
      'r.yaml, line 9: what is this?',
      'max-aeg (r.yaml, line 2) is not known. Did you mean max-age?',
    ]);
  });
});

describe('printOptions', () => {
  const given = read(['--port', '3', '--zone', 'a', '--zone', 'b c'], { ROLLCALL_TOKEN: 'abcdef' }, fileOf({ name: 'x: #', json: true }));

  it('shows each with where it came from, and no secret', () => {
    expect(printOptions(given.settled)).toMatchInlineSnapshot(`
      "name: "x: #"       # r.yaml, line 1
      port: 3            # --port
      etcd: off          # default
      max-age: 30s       # default

      # More
      # token: a secret  # ROLLCALL_TOKEN
      zone: [a, "b c"]   # --zone
      note: []           # default
      json: true         # r.yaml, line 2
      check: true        # default"
    `);
  });
});

describe('optionsHelp', () => {
  it('is this', () => {
    expect(optionsHelp(Object.values(table), 60)).toMatchInlineSnapshot(`
      "  --name NAME         A name.
                            (default a; ROLLCALL_NAME)
        --port PORT         A port.
                            (default 1; ROLLCALL_PORT)
        --etcd [PORT]       Opens the door.
                            (default off; alone: 2379;
                            ROLLCALL_ETCD)
        --max-age DURATION  How old it may become.
                            (default 30s; ROLLCALL_MAX_AGE)
        --config FILE       The file.
                            (ROLLCALL_CONFIG)
        --show              Shows.

      More:
        --token TOKEN       A token.
                            (ROLLCALL_TOKEN)
        --zone ZONE         Zones.
                            (ROLLCALL_ZONE)
        --note NOTE         Notes.
                            (ROLLCALL_NOTE)
        --json              Prints JSON.
                            (ROLLCALL_JSON)
        --check             Checks.
                            (on, unless --no-check;
                            ROLLCALL_CHECK)"
    `);
  });
});
