#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { bundleOf } from '../platform/bundle.js';

const folder = fileURLToPath(new URL('../../../', import.meta.url));

type Program = typeof import('./program.js');

const { runProgram }: Program = await import(bundleOf(folder, 'cli/program')?.href ?? './program.js');
await runProgram();
