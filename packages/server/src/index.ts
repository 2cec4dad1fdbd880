/** A registry inside another program: tests, examples, and whoever wants one without a process of its own. */
export { startRegistry, type Registry, type Surroundings } from './registry.js';
export { serveOptions, type ServeOptions } from './options.js';
export { systemClock } from './shared/system-clock.js';
export { systemRandom } from './shared/system-random.js';
