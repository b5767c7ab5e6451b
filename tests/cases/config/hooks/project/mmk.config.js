// What one hook remembers the next one knows; what they write is written.
let steps = 0;
const note = (text) => console.log(`hook: ${text}`);
module.exports = {
  hooks: {
    beforeAll: () => note('before all'),
    beforeEach: (name) => note(`before ${name}`),
    async afterEach(name, duration, { db }) {
      steps += 1;
      note(`after ${name}, ${typeof duration}, step ${steps}`);
      await db.collection('hooks').insertOne({ _id: steps, name });
    },
    onError: (name, error) => note(`${name} failed: ${error.message}`),
    afterAll: () => note('after all'),
  },
};
