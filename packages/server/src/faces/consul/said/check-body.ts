/** A check as Consul's callers write it, by itself or within a service: read, and not judged yet. */
import { goDuration, goList, goStruct, goTable, goText, goTruth, goWhole, type GoFields, type GoKind, type Said } from './body.js';

interface CheckFields {
  readonly ID: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Notes: string;
  readonly ServiceID: string;
  readonly Status: string;
  readonly TTL: number;
  readonly Interval: number;
  readonly Timeout: number;
  readonly HTTP: string;
  readonly Method: string;
  readonly Header: Readonly<Record<string, readonly string[]>>;
  readonly Body: string;
  readonly DisableRedirects: boolean;
  readonly TCP: string;
  readonly TCPUseTLS: boolean;
  readonly UDP: string;
  readonly GRPC: string;
  readonly GRPCUseTLS: boolean;
  readonly H2PING: string;
  readonly OSService: string;
  readonly Args: readonly string[];
  readonly ScriptArgs: readonly string[];
  readonly DockerContainerID: string;
  readonly AliasService: string;
  readonly AliasNode: string;
  readonly TLSServerName: string;
  readonly TLSSkipVerify: boolean;
  readonly SuccessBeforePassing: number;
  readonly FailuresBeforeWarning: number;
  readonly FailuresBeforeCritical: number;
  readonly DeregisterCriticalServiceAfter: number;
}

export type SaidCheck = Said<CheckFields>;

const fields: GoFields<CheckFields> = {
  ID: goText,
  CheckID: goText,
  Name: goText,
  Notes: goText,
  ServiceID: goText,
  Status: goText,
  TTL: goDuration,
  Interval: goDuration,
  Timeout: goDuration,
  HTTP: goText,
  Method: goText,
  Header: goTable(goList(goText)),
  Body: goText,
  DisableRedirects: goTruth,
  TCP: goText,
  TCPUseTLS: goTruth,
  UDP: goText,
  GRPC: goText,
  GRPCUseTLS: goTruth,
  H2PING: goText,
  OSService: goText,
  Args: goList(goText),
  ScriptArgs: goList(goText),
  DockerContainerID: goText,
  AliasService: goText,
  AliasNode: goText,
  TLSServerName: goText,
  TLSSkipVerify: goTruth,
  SuccessBeforePassing: goWhole,
  FailuresBeforeWarning: goWhole,
  FailuresBeforeCritical: goWhole,
  DeregisterCriticalServiceAfter: goDuration,
};

/** Strangers are passed by, and `check_id` is the same as `CheckID`: so do Consul's agents read it. */
export const checkKind: GoKind<SaidCheck> = goStruct(fields, 'ignored');
