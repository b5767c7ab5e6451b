//! Replies of the server that are megabytes: their memory goes back to the system while they are read, and nothing that a script
//! holds goes with it.

use crate::support::Project;

/// Four replies of 16 MB, read in every way, while a few documents of each are held to the end.
const SCRIPT: &str = r"
const SIZE = 60_000;
const text = (number) => `${number}:${String.fromCharCode(97 + (number % 26)).repeat(900)}`;
const make = (number) => ({ _id: number, text: text(number), list: [number, { deep: number / 2 }], ...(number % 9999 === 0 && { bytes: Buffer.alloc(3_000_000, number % 251) }) });
const check = (document, number) => {
  const is = document._id === number && document.text === text(number) && document.list[1].deep === number / 2;
  const bytes = number % 9999 !== 0 || document.bytes.buffer.every((byte) => byte === number % 251);
  if (!is || !bytes) throw new Error(`document ${number} came as ${JSON.stringify(document).slice(0, 200)}`);
};

async function scan(cursor, read) {
  const held = [];
  let number = 0;
  for await (const document of cursor) {
    if (number % 777 === 0 || number % 9999 === 0) held.push([document, number]);
    else check(read(document), number);
    number += 1;
  }
  if (number !== SIZE) throw new Error(`${number} documents`);
  held.forEach(([document, at]) => check(read(document), at));
}

module.exports = {
  async up(db) {
    const { BSON } = require('mongodb');
    const things = db.collection('things');
    for (let start = 0; start < SIZE; start += 10_000) {
      await things.insertMany(Array.from({ length: 10_000 }, (_, index) => make(start + index)));
    }
    const find = (options) => things.find({}, { sort: { _id: 1 }, ...options });
    await scan(find(), (document) => document);
    await scan(find({ raw: true }), (bytes) => BSON.deserialize(bytes));
    const all = await find().toArray();
    all.forEach(check);
    await db.collection('seen').insertOne({ count: all.length });
  },
  async down() {},
};
";

#[test]
fn what_was_read_of_a_large_reply_stays_whatever_becomes_of_its_bytes() {
    for flags in [&["up"][..], &["up", "--no-prefetch"]] {
        let project = Project::new();
        project.migration("1-large.js", SCRIPT);
        project.run(flags).exits(0);
        let seen = &project.documents("seen")[0];
        assert_eq!(seen.get_i32("count").expect("a number"), 60_000);
    }
}
