import { expectAgesSummed } from '../../harness/expectations.mjs';

export default {
  title: 'an aggregation with large results: 1,000 groups of 200 documents',
  order: 12,
  size: 200_000,
  quickSize: 2_000,
  command: 'up',
  data: 'documents',
  writes: 'results',
  reach: { memory: 0.6 },
  expect: expectAgesSummed,
};
