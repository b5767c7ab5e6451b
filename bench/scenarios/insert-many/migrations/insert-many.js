const SIZE = Number(process.env.BENCH_SIZE ?? 200000);
const CHUNK = 10000;

function makeEvent(number) {
  return {
    account: `account-${number % 1000}`,
    kind: number % 2 === 0 ? 'login' : 'purchase',
    at: new Date(1600000000000 + number * 1000),
    amount: number / 4,
    count: number,
    device: { system: 'linux', version: `${number % 12}.0`, trusted: number % 5 === 0 },
    labels: ['imported', `batch-${Math.floor(number / CHUNK)}`],
    text: 'A line of text as a person would write it, of middling length.',
  };
}

module.exports = {
  async up(db) {
    for (let start = 0; start < SIZE; start += CHUNK) {
      const length = Math.min(CHUNK, SIZE - start);
      await db.collection('events').insertMany(Array.from({ length }, (_, index) => makeEvent(start + index)));
    }
  },

  async down(db) {
    await db.collection('events').drop();
  },
};
