/** Documents as XML, as XStream writes them: two blanks for each level, and none at all in the smaller form. */
import { briefly, type DataCenter, type Document, type DocumentPort, type Texts } from './document.js';
import { classOf, EMPTY_MAP, isEmpty } from './write-json.js';
import { escapedName } from './xml-names.js';

/** Elements that are written one below the other, or in one line. */
export class XmlWriter {
  readonly #lines: string[] = [];
  readonly #pretty: boolean;
  #level: number;

  constructor(options: { readonly pretty: boolean; readonly level: number }) {
    this.#pretty = options.pretty;
    this.#level = options.level;
  }

  /** Of each line, with its end. */
  get text(): string {
    return this.#pretty ? this.#lines.map((line) => `${line}\n`).join('') : this.#lines.join('');
  }

  leaf(name: string, value: string | number | null, attribute = ''): void {
    if (value !== null) this.#line(`<${name}${attribute}>${typeof value === 'number' ? value : escapedText(value)}</${name}>`);
  }

  empty(name: string, attribute = ''): void {
    this.#line(`<${name}${attribute}/>`);
  }

  within(name: string, write: () => void, attribute = ''): void {
    this.#line(`<${name}${attribute}>`);
    this.#level++;
    write();
    this.#level--;
    this.#line(`</${name}>`);
  }

  #line(line: string): void {
    this.#lines.push(this.#pretty ? `${'  '.repeat(this.#level)}${line}` : line);
  }
}

/** `name`: of the element around it, or `null` for none. */
export function writeInstanceXml(xml: XmlWriter, document: Document): void {
  const { lease } = document;
  xml.leaf('instanceId', document.instanceId);
  xml.leaf('hostName', document.hostName);
  xml.leaf('app', document.app);
  xml.leaf('ipAddr', document.ipAddr);
  xml.leaf('sid', document.sid);
  xml.leaf('status', document.status);
  xml.leaf('overriddenstatus', document.overriddenStatus);
  writePort(xml, 'port', document.port);
  writePort(xml, 'securePort', document.securePort);
  xml.leaf('countryId', document.countryId);
  writeDataCenter(xml, document.dataCenter);
  xml.within('leaseInfo', () => {
    xml.leaf('renewalIntervalInSecs', lease.renewalSeconds);
    xml.leaf('durationInSecs', lease.durationSeconds);
    xml.leaf('registrationTimestamp', document.registeredAtMs);
    xml.leaf('lastRenewalTimestamp', document.lastRenewalMs);
    xml.leaf('evictionTimestamp', document.leftAtMs);
    xml.leaf('serviceUpTimestamp', document.serviceUpMs);
  });
  if (isEmpty(document.metadata)) xml.empty('metadata', ` class="${EMPTY_MAP}"`);
  else writeTexts(xml, document.metadata);
  xml.leaf('appGroupName', document.appGroupName);
  xml.leaf('homePageUrl', document.homePageUrl);
  xml.leaf('statusPageUrl', document.statusPageUrl);
  xml.leaf('healthCheckUrl', document.healthCheckUrl);
  xml.leaf('secureHealthCheckUrl', document.secureHealthCheckUrl);
  xml.leaf('vipAddress', document.vipAddress);
  xml.leaf('secureVipAddress', document.secureVipAddress);
  xml.leaf('isCoordinatingDiscoveryServer', String(document.isCoordinatingDiscoveryServer));
  xml.leaf('lastUpdatedTimestamp', document.lastUpdatedMs);
  xml.leaf('lastDirtyTimestamp', document.lastDirtyMs);
  xml.leaf('actionType', document.actionType);
  xml.leaf('asgName', document.asgName);
}

export function writeCompactInstanceXml(xml: XmlWriter, document: Document): void {
  xml.leaf('instanceId', document.instanceId);
  xml.leaf('app', document.app);
  xml.leaf('ipAddr', document.ipAddr);
  xml.leaf('vipAddress', document.vipAddress);
  xml.leaf('secureVipAddress', document.secureVipAddress);
  writeDataCenter(xml, briefly(document.dataCenter));
  xml.leaf('hostName', document.hostName);
  xml.leaf('status', document.status);
  xml.leaf('lastUpdatedTimestamp', document.lastUpdatedMs);
  xml.leaf('actionType', document.actionType);
  xml.leaf('asgName', document.asgName);
  writePort(xml, 'port', document.port);
  writePort(xml, 'securePort', document.securePort);
}

function writePort(xml: XmlWriter, name: string, { number, enabled }: DocumentPort): void {
  xml.leaf(name, number, ` enabled="${enabled}"`);
}

function writeDataCenter(xml: XmlWriter, dataCenter: DataCenter): void {
  const write = (): void => {
    xml.leaf('name', dataCenter.name);
    if (dataCenter.name === 'Amazon') writeTexts(xml, dataCenter.metadata);
  };
  xml.within('dataCenterInfo', write, ` class="${classOf(dataCenter)}"`);
}

function writeTexts(xml: XmlWriter, texts: Texts): void {
  xml.within('metadata', () => {
    for (const [name, value] of Object.entries(texts)) xml.leaf(escapedName(name), value);
  });
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#xd;',
};

/** What XML 1.0 has no way to say becomes the sign for that. */
function escapedText(text: string): string {
  if (!/[^\u0020-\u0021\u0023-\u0025\u0028-\u003b\u003d\u003f-\ud7ff\ue000-\ufffd]/u.test(text)) return text;
  const escaped = text.replaceAll(/[&<>"'\r]/g, (character) => escapes[character] as string);
  return escaped.replaceAll(/\p{Cc}|\p{Cs}|[\ufffe\uffff]/gu, (character) => (isSayable(character) ? character : '\ufffd'));
}

function isSayable(character: string): boolean {
  return character === '\t' || character === '\n' || (character >= '\u007f' && character <= '\u009f');
}
