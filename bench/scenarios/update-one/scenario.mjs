import { expectAll } from '../../harness/expectations.mjs';

export default {
  title: '20,000 awaited `updateOne`',
  order: 8,
  size: 20_000,
  quickSize: 500,
  command: 'up',
  data: 'documents',
  writes: 'documents',
  reach: { wall: 0.85, memory: 0.6 },
  expect: (run) => expectAll(run, { adult: true, decade: { $gte: 1, $lte: 8 } }),
};
