/** Nothing out of the ordinary: an embedded registry needs no set-up of its own. */
import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['*.test.ts'] } });
