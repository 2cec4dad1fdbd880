/** Documents as JSON, in the order and with the oddities of a real server: what is a text there is one here. */
import { briefly, type DataCenter, type Document, type DocumentPort, type Texts } from './document.js';

/** What is `undefined` is not in the text. */
export function instanceJson(document: Document): string {
  return JSON.stringify(fullOf(document));
}

/** What a client gets that asks for less, in the order of a real server's smaller form. */
export function compactInstanceJson(document: Document): string {
  return JSON.stringify({
    instanceId: document.instanceId ?? undefined,
    app: document.app,
    ipAddr: document.ipAddr,
    vipAddress: document.vipAddress ?? undefined,
    secureVipAddress: document.secureVipAddress ?? undefined,
    dataCenterInfo: dataCenterOf(briefly(document.dataCenter)),
    hostName: document.hostName,
    status: document.status,
    lastUpdatedTimestamp: document.lastUpdatedMs,
    actionType: document.actionType,
    asgName: document.asgName ?? undefined,
    port: portOf(document.port),
    securePort: portOf(document.securePort),
  });
}

function fullOf(document: Document): object {
  const { lease } = document;
  return {
    instanceId: document.instanceId ?? undefined,
    hostName: document.hostName,
    app: document.app,
    ipAddr: document.ipAddr,
    sid: document.sid ?? undefined,
    status: document.status,
    overriddenStatus: document.overriddenStatus,
    port: portOf(document.port),
    securePort: portOf(document.securePort),
    countryId: document.countryId,
    dataCenterInfo: dataCenterOf(document.dataCenter),
    leaseInfo: {
      renewalIntervalInSecs: lease.renewalSeconds,
      durationInSecs: lease.durationSeconds,
      registrationTimestamp: document.registeredAtMs,
      lastRenewalTimestamp: document.lastRenewalMs,
      evictionTimestamp: document.leftAtMs,
      serviceUpTimestamp: document.serviceUpMs,
    },
    metadata: isEmpty(document.metadata) ? { '@class': EMPTY_MAP } : document.metadata,
    appGroupName: document.appGroupName ?? undefined,
    homePageUrl: document.homePageUrl ?? undefined,
    statusPageUrl: document.statusPageUrl ?? undefined,
    healthCheckUrl: document.healthCheckUrl ?? undefined,
    secureHealthCheckUrl: document.secureHealthCheckUrl ?? undefined,
    vipAddress: document.vipAddress ?? undefined,
    secureVipAddress: document.secureVipAddress ?? undefined,
    isCoordinatingDiscoveryServer: String(document.isCoordinatingDiscoveryServer),
    lastUpdatedTimestamp: String(document.lastUpdatedMs),
    lastDirtyTimestamp: String(document.lastDirtyMs),
    actionType: document.actionType,
    asgName: document.asgName ?? undefined,
  };
}

export const EMPTY_MAP = 'java.util.Collections$EmptyMap';

export function classOf({ name }: DataCenter): string {
  return name === 'Amazon' ? 'com.netflix.appinfo.AmazonInfo' : 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo';
}

function dataCenterOf(dataCenter: DataCenter): object {
  const { name, metadata } = dataCenter;
  return { '@class': classOf(dataCenter), name, ...(name === 'Amazon' ? { metadata } : {}) };
}

function portOf({ number, enabled }: DocumentPort): object {
  return { '$': number, '@enabled': String(enabled) };
}

export function isEmpty(texts: Texts): boolean {
  for (const _ in texts) return false;
  return true;
}
