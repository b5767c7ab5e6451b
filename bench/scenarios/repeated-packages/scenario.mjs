import small from '../small/scenario.mjs';

export default {
  ...small,
  title: 'many migrations that each load mongoose',
  order: 4.1,
  size: 20,
  quickSize: 3,
  reach: { memory: 0.6 },
};
