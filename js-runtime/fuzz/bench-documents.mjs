/** 1000 documents of about 376 bytes, as a users collection might have them. */
export function benchDocuments(bson) {
  return Array.from({ length: 1000 }, (_, i) => ({
    _id: new bson.ObjectId(),
    name: `User number ${i}`,
    email: `user${i}@example.com`,
    age: 20 + (i % 50),
    active: i % 2 === 0,
    createdAt: new Date(1.6e12 + i * 1000),
    address: { street: `${i} Main Street`, city: 'Springfield', zip: '12345', geo: { lat: 12.5 + i, lon: -3.25 } },
    tags: ['alpha', 'beta', 'gamma'],
    score: i * 1.5,
    views: bson.Long.fromNumber(5e9 + i),
    status: 'pending',
    note: 'a remark of some forty characters, ASCII'
  }));
}
