/** `fetch` for services: the platform's own, over a dispatcher that knows them. */
import type { CallWishes } from './call-rules.js';
import { CallFailed } from './call-failed.js';
import type { ServiceDispatcher } from './service-dispatcher.js';

export interface ServiceFetchInit extends RequestInit {
  /** What this call says of itself beyond what `fetch` knows. */
  readonly call?: CallWishes;
}

export type ServiceFetch = (input: string | URL | Request, init?: ServiceFetchInit) => Promise<Response>;

/** Throws as `fetch` does; where no answer came, that is a `CallFailed`, which says what was tried. */
export function serviceFetch(dispatcher: ServiceDispatcher, platformFetch: typeof fetch): ServiceFetch {
  const usual: RequestInit = dispatched({}, dispatcher);
  return async (input, init) => {
    try {
      return await platformFetch(input, init === undefined ? usual : dispatched(init, dispatcher));
    } catch (error) {
      const { cause } = error as { readonly cause?: unknown };
      throw cause instanceof CallFailed ? cause : error;
    }
  };
}

function dispatched({ call, ...rest }: ServiceFetchInit, dispatcher: ServiceDispatcher): RequestInit {
  const own = call === undefined ? dispatcher : facing(dispatcher, call);
  // A stream may only be sent so.
  const asked = rest.body instanceof ReadableStream ? { duplex: 'half', ...rest } : rest;
  return { ...asked, dispatcher: own } as RequestInit;
}

/** For one call: `fetch` asks nothing of a dispatcher but this. */
function facing(dispatcher: ServiceDispatcher, call: CallWishes): Pick<ServiceDispatcher, 'dispatch'> {
  return { dispatch: (options, handler) => dispatcher.dispatchAs(call, options, handler) };
}
