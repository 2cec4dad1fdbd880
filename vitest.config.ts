/** How the tests run: straight from the sources, through the same export condition that `tsx` is given. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Where time really passes: these wait most of theirs, and others run meanwhile, if they begin first. */
const WAITING = ['/stores/etcd/conformance', '/whole/etcd/node-engine', '/soak-cluster/soak', '/chaos-client/chaos'];

class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waits = ({ moduleId }: TestSpecification): boolean => WAITING.some((where) => moduleId.includes(where));
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

export default defineConfig({
  resolve: { conditions: ['@rollcall/source'] },
  ssr: { resolve: { conditions: ['@rollcall/source'] } },
  test: {
    // Named, because vitest would also find what a build left in dist.
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'interop/**/*.test.ts'],
    sequence: { sequencer: WaitingFirst },
    // Much of what is tested is other processes, which are waited for: on few cores one worker would mostly idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Many registries run side by side here, and only those that are asked by DNS need a thread for it: they say so.
    env: { ROLLCALL_DNS: 'off' },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // What is waited for comes at once, or on a busy machine late; a second, as it would be otherwise, is no patience.
    expect: { poll: { timeout: 15_000 } },
  },
});
