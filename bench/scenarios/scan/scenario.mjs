import { expectAgesSummed } from '../../harness/expectations.mjs';

export default {
  title: '`for await` over 200,000 documents of 400 bytes',
  order: 5,
  size: 200_000,
  quickSize: 2_000,
  command: 'up',
  data: 'documents',
  writes: 'results',
  reach: { wall: 0.3, memory: 0.6 },
  expect: expectAgesSummed,
};
