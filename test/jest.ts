import type * as Jest from '@jest/globals';
import { verifyPasses } from '../src/programme/verify.js';

// The runner runs suites in plain Node, without a context of its own for each, and puts what they are written with into
// the global object.
const given = globalThis as unknown as typeof Jest;

export const describe: typeof Jest.describe = given.describe;
export const test: typeof Jest.test = given.test;
export const expect: typeof Jest.expect = given.expect;
export const beforeAll: typeof Jest.beforeAll = given.beforeAll;
export const beforeEach: typeof Jest.beforeEach = given.beforeEach;
export const afterAll: typeof Jest.afterAll = given.afterAll;
export const afterEach: typeof Jest.afterEach = given.afterEach;

// Every pass checks the programmes that it is given and makes, wherever a test leads it.
verifyPasses(true);
