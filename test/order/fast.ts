/** Whether this is a run of `npm test -- --fast`: no other processes, and the backends `reference` and `host` alone. */
export const FAST = process.env.NTK_TEST_FAST === '1';
