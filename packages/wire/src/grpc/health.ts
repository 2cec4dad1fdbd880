/** gRPC's own health service, `grpc.health.v1.Health`. */
import { choice, message, text, type Message, type UNKNOWN } from '../protobuf/message.js';

export interface HealthCheckRequest {
  /** Empty: the server as a whole. */
  readonly service: string;
}

export const healthCheckRequest: Message<HealthCheckRequest> = message('grpc.health.v1.HealthCheckRequest', { service: text(1) });

export interface HealthCheckResponse {
  /** `UNKNOWN` is the protocol's own word, too; `SERVICE_UNKNOWN` is said by `Watch` only. */
  readonly status: 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN' | typeof UNKNOWN;
}

export const healthCheckResponse: Message<HealthCheckResponse> = message('grpc.health.v1.HealthCheckResponse', {
  status: choice(1, ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']),
});
