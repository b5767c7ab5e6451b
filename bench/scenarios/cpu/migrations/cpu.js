const SIZE = Number(process.env.BENCH_SIZE ?? 800000);

/** What scripts compute: numbers, text, maps, sorting. */
function work(size) {
  const counts = new Map();
  let hash = 0x811c9dc5;
  for (let number = 0; number < size; number += 1) {
    const slug = `Café № ${number} -- Ärger & Öl`.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '-');
    for (let index = 0; index < slug.length; index += 1) {
      hash = Math.imul(hash ^ slug.charCodeAt(index), 0x01000193) >>> 0;
    }
    const key = hash % 5003;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const ranking = [...counts].sort((first, second) => second[1] - first[1] || first[0] - second[0]);
  return { hash, best: ranking[0][0], keys: ranking.length };
}

module.exports = {
  async up(db) {
    await db.collection('results').insertOne(work(SIZE));
  },

  async down(db) {
    await db.collection('results').deleteMany({});
  },
};
