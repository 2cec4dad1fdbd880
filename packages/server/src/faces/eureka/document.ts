/**
 * An instance as Eureka speaks of it, whichever way it was written down. Everything that a real server sends has its
 * place here, and nothing else: its clients fail at a field that they do not know.
 */
export const statuses = ['UP', 'DOWN', 'STARTING', 'OUT_OF_SERVICE', 'UNKNOWN'] as const;

export type Status = (typeof statuses)[number];

export const dataCenters = ['MyOwn', 'Amazon', 'Netflix'] as const;

export interface DataCenter {
  readonly name: (typeof dataCenters)[number];
  /** Amazon's, such as `availability-zone`. */
  readonly metadata: Texts;
}

/** What of Amazon's is told to those who ask for less. */
const AMAZON_BRIEFLY: ReadonlySet<string> = new Set(['instance-id', 'public-ipv4', 'public-hostname', 'local-ipv4', 'availability-zone']);

export function briefly({ name, metadata }: DataCenter): DataCenter {
  return { name, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => AMAZON_BRIEFLY.has(key))) };
}

export type Texts = Readonly<Record<string, string>>;

export interface DocumentPort {
  readonly number: number;
  readonly enabled: boolean;
}

export interface Lease {
  readonly renewalSeconds: number;
  readonly durationSeconds: number;
}

/** What an instance says of itself when it registers; `null` for what it leaves out. */
export interface Said {
  /** Then it goes by its host name, or by its id at Amazon. */
  readonly instanceId: string | null;
  readonly hostName: string;
  /** In upper case. */
  readonly app: string;
  readonly ipAddr: string;
  readonly sid: string | null;
  readonly status: Status;
  readonly overriddenStatus: Status;
  readonly port: DocumentPort;
  readonly securePort: DocumentPort;
  readonly countryId: number;
  readonly dataCenter: DataCenter;
  readonly lease: Lease;
  readonly metadata: Texts;
  readonly appGroupName: string | null;
  readonly homePageUrl: string | null;
  readonly statusPageUrl: string | null;
  readonly healthCheckUrl: string | null;
  readonly secureHealthCheckUrl: string | null;
  readonly vipAddress: string | null;
  readonly secureVipAddress: string | null;
  readonly isCoordinatingDiscoveryServer: boolean;
  readonly lastDirtyMs: number;
  readonly asgName: string | null;
}

export type Action = 'ADDED' | 'MODIFIED' | 'DELETED';

/** What a server answers: what was said, and what it knows itself. */
export interface Document extends Said {
  readonly registeredAtMs: number;
  readonly lastRenewalMs: number;
  /** 0 for one that was never up. */
  readonly serviceUpMs: number;
  readonly lastUpdatedMs: number;
  /** When it left; 0 for who is there. */
  readonly leftAtMs: number;
  readonly actionType: Action;
}

/** As a real server fills in what is left out. */
export const usual = {
  port: { number: 7001, enabled: true },
  securePort: { number: 7002, enabled: false },
  countryId: 1,
  lease: { renewalSeconds: 30, durationSeconds: 90 },
} as const;

/** What an instance goes by: the law of its identity. */
export function idOf({ instanceId, hostName, dataCenter }: Pick<Said, 'instanceId' | 'hostName' | 'dataCenter'>): string {
  if (instanceId !== null && instanceId !== '') return instanceId;
  const atAmazon = dataCenter.name === 'Amazon' ? dataCenter.metadata['instance-id'] : undefined;
  return atAmazon ?? hostName;
}
