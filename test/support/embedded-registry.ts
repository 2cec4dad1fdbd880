/** A registry within the test's own process, and in real time: for the tests of those who ask one. */
export { startRegistry as embeddedRegistry, type EmbeddedRegistry } from 'rollcall';
