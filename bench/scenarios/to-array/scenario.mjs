import { expectAgesSummed } from '../../harness/expectations.mjs';

export default {
  title: '`toArray` of 100,000 documents',
  order: 6,
  size: 100_000,
  quickSize: 2_000,
  command: 'up',
  data: 'documents',
  writes: 'results',
  reach: { wall: 0.35, memory: 0.6 },
  expect: expectAgesSummed,
};
