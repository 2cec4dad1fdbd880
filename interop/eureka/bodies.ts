/** Bodies of registrations: as a Spring client writes them, and as others do. */

/** As a Spring client registers. */
export const orders: Readonly<Record<string, unknown>> = {
  instanceId: 'h1:orders:8080',
  hostName: 'h1.example',
  app: 'ORDERS',
  ipAddr: '10.0.0.1',
  status: 'UP',
  overriddenStatus: 'UNKNOWN',
  port: { '$': 8080, '@enabled': 'true' },
  securePort: { '$': 443, '@enabled': 'false' },
  countryId: 1,
  dataCenterInfo: { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo', 'name': 'MyOwn' },
  leaseInfo: {
    renewalIntervalInSecs: 30,
    durationInSecs: 90,
    registrationTimestamp: 0,
    lastRenewalTimestamp: 0,
    evictionTimestamp: 0,
    serviceUpTimestamp: 0,
  },
  metadata: { 'management.port': '8081', 'zone': 'z1' },
  homePageUrl: 'http://h1.example:8080/',
  statusPageUrl: 'http://h1.example:8080/actuator/info',
  healthCheckUrl: 'http://h1.example:8080/actuator/health',
  vipAddress: 'orders',
  secureVipAddress: 'orders',
  isCoordinatingDiscoveryServer: 'false',
  lastUpdatedTimestamp: '1700000000000',
  lastDirtyTimestamp: '1700000000100',
};

export function instance(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ instance: { ...orders, ...changes } });
}

export const amazon = {
  '@class': 'com.netflix.appinfo.AmazonInfo',
  'name': 'Amazon',
  'metadata': {
    'instance-id': 'i-0123',
    'ami-id': 'ami-1',
    'instance-type': 'm5.large',
    'local-ipv4': '10.0.0.9',
    'availability-zone': 'us-east-1c',
    'public-hostname': 'ec2-1.example',
  },
};

/** In XML, with names of metadata that have to be escaped. */
export const xmlOrders = `<instance>
  <instanceId>h2:orders:8080</instanceId>
  <hostName>h2.example</hostName>
  <app>ORDERS</app>
  <ipAddr>10.0.0.2</ipAddr>
  <status>STARTING</status>
  <overriddenstatus>UNKNOWN</overriddenstatus>
  <port enabled="true">8080</port>
  <securePort enabled="true">8443</securePort>
  <countryId>1</countryId>
  <dataCenterInfo class="com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"><name>MyOwn</name></dataCenterInfo>
  <leaseInfo><renewalIntervalInSecs>5</renewalIntervalInSecs><durationInSecs>15</durationInSecs></leaseInfo>
  <metadata><a__b>one</a__b><c.d>two &amp; &lt;three&gt; "four" 'five' é</c.d><e-f></e-f></metadata>
  <appGroupName>SHOP</appGroupName>
  <homePageUrl>http://h2.example:8080/</homePageUrl>
  <vipAddress>orders,orders-too</vipAddress>
  <secureVipAddress>orders-safe</secureVipAddress>
  <isCoordinatingDiscoveryServer>false</isCoordinatingDiscoveryServer>
  <lastUpdatedTimestamp>1700000000000</lastUpdatedTimestamp>
  <lastDirtyTimestamp>1700000000100</lastDirtyTimestamp>
</instance>`;

/** For `instance`: these fields are left out. */
export const without = (...names: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(names.map((name) => [name, undefined]));

/** As clients in other languages write them; a real server refuses some. */
export const strangers: readonly { readonly client: string; readonly app: string; readonly body: string }[] = [
  {
    client: 'eureka-js-client',
    app: 'jq',
    body: JSON.stringify({
      instance: {
        app: 'jq',
        hostName: 'localhost',
        ipAddr: '127.0.0.1',
        port: 8080,
        vipAddress: 'jq',
        dataCenterInfo: { name: 'MyOwn' },
        status: 'UP',
      },
    }),
  },
  {
    client: 'go-eureka-client',
    app: 'GO',
    body: JSON.stringify({
      instance: {
        hostName: 'h9',
        app: 'GO',
        ipAddr: '10.0.0.9',
        vipAddress: 'http://h9',
        secureVipAddress: 'http://h9',
        status: 'UP',
        port: { '$': 9999, '@enabled': true },
        securePort: { '$': 443, '@enabled': false },
        homePageUrl: '',
        statusPageUrl: '',
        healthCheckUrl: '',
        dataCenterInfo: { 'name': 'MyOwn', '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo' },
        leaseInfo: { evictionDurationInSecs: 30 },
        metadata: null,
      },
    }),
  },
  {
    client: 'fargo',
    app: 'FARGO',
    body: JSON.stringify({
      instance: {
        instanceId: 'f1',
        hostName: 'i-6543',
        app: 'FARGO',
        ipAddr: '127.0.0.10',
        vipAddress: '127.0.0.10',
        secureVipAddress: '127.0.0.10',
        status: 'UP',
        overriddenstatus: 'UNKNOWN',
        port: { '$': '7101', '@enabled': 'true' },
        securePort: { '$': '7102', '@enabled': 'false' },
        countryId: 1,
        dataCenterInfo: { 'name': 'MyOwn', '@class': 'com.netflix.appinfo.MyDataCenterInfo' },
        leaseInfo: { renewalIntervalInSecs: 30, durationInSecs: 90 },
        metadata: { '@class': '' },
      },
    }),
  },
  {
    client: 'Spring without Jersey',
    app: 'SPRING',
    body: instance({
      app: 'SPRING',
      sid: 'na',
      isCoordinatingDiscoveryServer: false,
      lastUpdatedTimestamp: 1700000000000,
      lastDirtyTimestamp: 1700000000100,
    }),
  },
  {
    client: 'one that says more than is known',
    app: 'FIELDS',
    body: instance({ app: 'FIELDS', identifyingAttribute: 'x', surprise: { nested: [1, { a: 2 }] }, countryId: 49 }),
  },
];
