const { recorder } = require('./show.cjs');

/** What was asserted is read from this file: it must stand in the messages as it stands here. */
module.exports = (load) => {
  const assert = load('assert');
  const record = recorder();
  const messageOf = (work) => {
    try {
      work();
      return 'nothing thrown';
    } catch (error) {
      return [error.message, error.generatedMessage, error.code, error.actual, error.expected, error.operator];
    }
  };
  const one = 1;
  record('plain', () => messageOf(() => assert(one === 2)));
  record('ok', () => messageOf(() => assert.ok(typeof one === 'string' && one)));
  record('strict', () => messageOf(() => assert.strict(null)));
  record('nested', () => messageOf(() => assert.ok([1, 2].includes(Number('3')))));
  record('lines', () =>
    messageOf(() => {
      assert.ok(
        one === 2 ||
          one === 3,
      );
    }));
  record('message', () => messageOf(() => assert(false, 'mine')));
  record('nothing', () => messageOf(() => assert.ok()));
  return record.results();
};
