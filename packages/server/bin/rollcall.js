#!/usr/bin/env node
// The program. What it does stands in src/main.ts; this file is checked in, because npm links no target that is not there yet.
import { main } from '../dist/main.js';

await main(process.argv.slice(2), process.env);
