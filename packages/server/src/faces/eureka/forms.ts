/**
 * The four forms that a list of instances has: XML or JSON, full or compact. Which one a request wants, and how its pieces,
 * the applications, are written and put together.
 */
import type { Document, Status } from './document.js';
import { compactInstanceJson, instanceJson } from './write-json.js';
import { writeCompactInstanceXml, writeInstanceXml, XmlWriter } from './write-xml.js';

export interface Form {
  readonly name: 'json' | 'compact-json' | 'xml' | 'compact-xml';
  readonly mediaType: 'application/json' | 'application/xml';
  /** One application, as it stands in a list of them. */
  readonly application: (name: string, documents: readonly Document[]) => string;
  /** One application, alone. */
  readonly alone: (name: string, documents: readonly Document[]) => string;
  /** One instance, alone. */
  readonly instance: (document: Document) => string;
  /** What stands around a list of applications, and between two of them. */
  readonly list: (version: string, hash: string) => { readonly before: string; readonly between: string; readonly after: string };
}

const json: Form = {
  name: 'json',
  mediaType: 'application/json',
  application: (name, documents) => `{"name":${JSON.stringify(name)},"instance":[${documents.map(instanceJson).join(',')}]}`,
  alone: (name, documents) => `{"application":${json.application(name, documents)}}`,
  instance: (document) => `{"instance":${instanceJson(document)}}`,
  list: (version, hash) => ({
    before: `{"applications":{"versions__delta":"${version}","apps__hashcode":"${hash}","application":[`,
    between: ',',
    after: ']}}',
  }),
};

const compactJson: Form = {
  ...json,
  name: 'compact-json',
  application: (name, documents) => `{"name":${JSON.stringify(name)},"instance":[${documents.map(compactInstanceJson).join(',')}]}`,
  alone: (name, documents) => `{"application":${compactJson.application(name, documents)}}`,
  list: (version, hash) => ({
    before: '{"applications":{"application":[',
    between: ',',
    after: `],"versions__delta":"${version}","apps__hashcode":"${hash}"}}`,
  }),
};

const xml: Form = {
  name: 'xml',
  mediaType: 'application/xml',
  application: (name, documents) => applicationXml(name, documents, 1),
  alone: (name, documents) => applicationXml(name, documents, 0).slice(0, -1),
  instance(document) {
    const writer = new XmlWriter({ pretty: true, level: 0 });
    writer.within('instance', () => writeInstanceXml(writer, { ...document, status: v1Status(document.status) }));
    return writer.text.slice(0, -1);
  },
  list: (version, hash) => ({
    before: `<applications>\n  <versions__delta>${version}</versions__delta>\n  <apps__hashcode>${hash}</apps__hashcode>\n`,
    between: '',
    after: '</applications>',
  }),
};

/** Alone, and in XML, a real server writes an instance as for its first clients, who knew three words. Its scripts count on it. */
function v1Status(status: Status): Status {
  return status === 'OUT_OF_SERVICE' || status === 'UNKNOWN' ? 'DOWN' : status;
}

const compactXml: Form = {
  ...xml,
  name: 'compact-xml',
  application: (name, documents) => compactApplicationXml(name, documents),
  alone: (name, documents) => compactApplicationXml(name, documents),
  list: (version, hash) => ({
    before: '<applications>',
    between: '',
    after: `<versions__delta>${version}</versions__delta><apps__hashcode>${hash}</apps__hashcode></applications>`,
  }),
};

function applicationXml(name: string, documents: readonly Document[], level: number): string {
  const writer = new XmlWriter({ pretty: true, level });
  writer.within('application', () => {
    writer.leaf('name', name);
    for (const document of documents) writer.within('instance', () => writeInstanceXml(writer, document));
  });
  return writer.text;
}

function compactApplicationXml(name: string, documents: readonly Document[]): string {
  const writer = new XmlWriter({ pretty: false, level: 0 });
  writer.within('application', () => {
    writer.leaf('name', name);
    for (const document of documents) writer.within('instance', () => writeCompactInstanceXml(writer, document));
  });
  return writer.text;
}

/** XML unless JSON is spoken of. What a request's own body is says nothing: there are clients who send JSON and read XML. */
export function formFor(accept: string | undefined, eurekaAccept: string | undefined): Form {
  const isJson = accept?.toLowerCase().includes('json') === true;
  const isCompact = eurekaAccept?.toLowerCase() === 'compact';
  if (isCompact) return isJson ? compactJson : compactXml;
  return isJson ? json : xml;
}
