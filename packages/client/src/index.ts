/** Rollcall for Node programs: register, discover, watch. */
export { usualRegistryUrl } from './registry-url.js';
