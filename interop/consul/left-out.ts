/** Of the tests of Go's `github.com/hashicorp/consul/api`: those that say nothing about this registry, each with the reason. All others have to pass. */
export const leftOut: readonly { readonly tests: RegExp; readonly reason: string }[] = [
  { tests: /ACL|AuthMethod|_Token|UpdateToken/, reason: 'Consul’s own access control: tokens here come from a file of the operator' },
  { tests: /Connect|CARoot|SidecarService|ExternalConnectProxy|UnmanagedProxy|VirtualIP/, reason: 'the service mesh and its certificates' },
  {
    tests: /ConfigEntr|DecodeConfig|DiscoveryChain|ExportedServices|ValidateGateway|ValidateRoute/,
    reason: 'settings of the service mesh',
  },
  { tests: /Gateway|Ingress|Peering|ExposeChecks/, reason: 'gateways and peers of the service mesh' },
  { tests: /Operator|Snapshot|Debug/, reason: 'Consul’s own servers: how they agree, are saved and are looked into' },
  {
    tests: /AgentJoin|AgentLeave|ForceLeave|MembersOpts/,
    reason: 'nodes find each other through their store, and there is one datacenter',
  },
  { tests: /Monitor/, reason: 'logs go where the operator says, and not to callers' },
  { tests: /Docker/, reason: 'nothing is run within containers' },
  { tests: /AgentService$/, reason: 'wants the very hash that Consul’s own structures have' },
  { tests: /TLS|HTTPS/, reason: 'the client’s own settings, with certificates that are not in the package' },
  { tests: /API_ClientTxn/, reason: 'compares nodes and checks to the last empty list, and wants all of a registration to have one index' },
  { tests: /AgentReload/, reason: 'files of Consul’s configuration' },
  { tests: /UnixSocket/, reason: 'the door has a port' },
];
