/**
 * The documents that scenarios work on: about 400 bytes of BSON each, of the types that real collections have, and the same in
 * every run. Generated once per size; a scenario gets a copy that the server makes.
 */
import { DATABASE } from './server.mjs';

const CHUNK = 10_000;
const CITIES = ['Berlin', 'Zürich', 'São Paulo', 'New York', 'Łódź', 'Kyōto', 'Nairobi', 'Reykjavík'];
const STATES = ['open', 'paid', 'shipped', 'returned'];

/** @returns {Promise<string>} the name of the seed collection with `size` documents */
async function ensureSeed({ seed, driver }, size) {
  const name = `documents_${size}`;
  const collection = seed.collection(name);
  const present = await collection.countDocuments();
  if (present === size) return name;
  if (present > 0) await collection.drop();
  for (let start = 0; start < size; start += CHUNK) {
    const length = Math.min(CHUNK, size - start);
    const documents = Array.from({ length }, (_, index) => makeDocument(start + index, driver));
    await collection.insertMany(documents, { ordered: false });
  }
  return name;
}

/** Puts a fresh copy of the seed at `mmk_bench.documents`. */
export async function copyDocuments(server, size) {
  const name = await ensureSeed(server, size);
  await server.seed
    .collection(name)
    .aggregate([{ $out: { db: DATABASE, coll: 'documents' } }])
    .toArray();
}

function makeDocument(number, { ObjectId, Long }) {
  const city = CITIES[number % CITIES.length];
  return {
    _id: new ObjectId(number.toString(16).padStart(24, '0')),
    name: { first: `Given${number % 977}`, last: `Family${number % 1009}` },
    email: `person.${number}@example.test`,
    age: 18 + (number % 70),
    score: (number % 1000) / 7,
    active: number % 3 !== 0,
    state: STATES[number % STATES.length],
    visits: Long.fromString(String(4_294_967_296 + number)),
    createdAt: new Date(1_600_000_000_000 + number * 1000),
    customer: `customer-${number % 1000}`,
    address: { street: `${number % 200} Long Harbour Road`, city, postcode: String(10_000 + (number % 80_000)) },
    tags: ['alpha', 'beta', `tag${number % 50}`],
    note: 'A line of text as a person would write it, of middling length.',
  };
}
