/** What Eureka's clients send: a registration as long as Spring's, and scripts by which wrk sends many of them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** As many applications as an estate of that size has. */
const INSTANCES_EACH = 20;

/** Longer than any benchmark: nobody's lease ends while others are measured. */
const LEASE_SECONDS = 3600;

const VERSION = 1_700_000_000_000;

export interface EurekaInstance {
  readonly id: string;
  readonly app: string;
  readonly port: number;
  readonly renewalSeconds: number;
  readonly leaseSeconds: number;
  /** Its `lastDirtyTimestamp`: what was said later counts. */
  readonly version: number;
}

/** Instances that only the benchmarks know, so many to an application; somebody listens at their port. */
export interface Fleet {
  readonly kind: string;
  readonly count: number;
  readonly port: number;
}

export function memberOf({ kind, port }: Omit<Fleet, 'count'>, at: number): EurekaInstance {
  const app = `${kind.toUpperCase()}-${Math.floor(at / INSTANCES_EACH)}`;
  return { id: `${kind}-${at}`, app, port, renewalSeconds: 30, leaseSeconds: LEASE_SECONDS, version: VERSION };
}

/** Every field that Spring's client sends. */
export function registrationOf({ id, app, port, renewalSeconds, leaseSeconds, version }: EurekaInstance): string {
  const home = `http://${id}.example:${port}`;
  return JSON.stringify({
    instance: {
      instanceId: `${id}.example:${app.toLowerCase()}:${port}`,
      hostName: `${id}.example`,
      app,
      ipAddr: '127.0.0.1',
      status: 'UP',
      overriddenStatus: 'UNKNOWN',
      port: { '$': port, '@enabled': 'true' },
      securePort: { '$': 443, '@enabled': 'false' },
      countryId: 1,
      dataCenterInfo: { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo', 'name': 'MyOwn' },
      leaseInfo: {
        renewalIntervalInSecs: renewalSeconds,
        durationInSecs: leaseSeconds,
        registrationTimestamp: 0,
        lastRenewalTimestamp: 0,
        evictionTimestamp: 0,
        serviceUpTimestamp: 0,
      },
      metadata: { 'management.port': String(port) },
      homePageUrl: `${home}/`,
      statusPageUrl: `${home}/actuator/info`,
      healthCheckUrl: `${home}/actuator/health`,
      vipAddress: app.toLowerCase(),
      secureVipAddress: app.toLowerCase(),
      isCoordinatingDiscoveryServer: 'false',
      lastUpdatedTimestamp: String(version),
      lastDirtyTimestamp: String(version),
      actionType: 'ADDED',
    },
  });
}

export function pathOf({ id, app, port }: EurekaInstance): string {
  return `/eureka/apps/${app}/${id}.example:${app.toLowerCase()}:${port}`;
}

/** Goes round the heartbeats of all. */
export async function writeBeatScript(directory: string, fleet: Fleet): Promise<string> {
  return written(directory, `beat-${fleet.kind}.lua`, [
    'local at = 0',
    'local requests = {}',
    'request = function()',
    `  at = (at + 1) % ${fleet.count}`,
    `  local app = math.floor(at / ${INSTANCES_EACH})`,
    '  if not requests[at] then',
    `    requests[at] = wrk.format("PUT", ${inLua(`${pathOf(sample(fleet))}?status=UP&lastDirtyTimestamp=${VERSION}`)})`,
    '  end',
    '  return requests[at]',
    'end',
  ]);
}

/** Goes round the registrations of all; each time they say something new. */
export async function writeRegisterScript(directory: string, fleet: Fleet): Promise<string> {
  const said = { ...sample(fleet), version: stands.version };
  return written(directory, `register-${fleet.kind}.lua`, [
    'local began = os.time() * 1000',
    'local turn = 0',
    'local headers = { ["content-type"] = "application/json" }',
    'request = function()',
    `  local at = turn % ${fleet.count}`,
    `  local app = math.floor(at / ${INSTANCES_EACH})`,
    '  turn = turn + 1',
    '  local version = string.format("%d", began + turn)',
    `  return wrk.format("POST", ${inLua(`/eureka/apps/${said.app}`)}, headers, ${inLua(registrationOf(said))})`,
    'end',
  ]);
}

/** Numbers that nothing else has, in the place of Lua's variables. */
const stands = { at: 987_654_321, app: 123_456_789, version: 1_987_654_321_000 };

function sample(fleet: Fleet): EurekaInstance {
  return { ...memberOf(fleet, 0), id: `${fleet.kind}-${stands.at}`, app: `${fleet.kind.toUpperCase()}-${stands.app}` };
}

function inLua(text: string): string {
  const variables = Object.entries(stands).toReversed();
  const put = (so: string, [name, number]: readonly [string, number]): string => so.replaceAll(String(number), `]==] .. ${name} .. [==[`);
  return variables.reduce(put, `[==[${text}]==]`);
}

/** One path, asked with these headers. */
export async function writeGetScript(directory: string, name: string, headers: Readonly<Record<string, string>>): Promise<string> {
  return written(
    directory,
    `${name}.lua`,
    Object.entries(headers).map(([header, value]) => `wrk.headers["${header}"] = "${value}"`),
  );
}

async function written(directory: string, name: string, lines: readonly string[]): Promise<string> {
  const script = join(directory, name);
  await writeFile(script, lines.join('\n'));
  return script;
}
