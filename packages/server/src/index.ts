/** A registry within another program: for tests, for development, and for whoever wants one without a process of its own. */
export { startRegistry, type EmbeddedRegistry } from './embedded.js';
export type { RegistryOptions } from './options/embedded-options.js';
