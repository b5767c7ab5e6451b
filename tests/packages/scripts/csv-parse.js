const { parse } = require('csv-parse');
const sync = require('csv-parse/sync');
console.log(sync.parse('a,b\n1,"x, ""y"""\n', { columns: true, cast: true }));
const { Readable } = require('stream');
const { pipeline } = require('stream/promises');
(async () => {
  const rows = [];
  await pipeline(Readable.from(['a;b\n', '1;2\n3;', '4\n']), parse({ delimiter: ';', columns: true }), async function (source) { for await (const row of source) rows.push(row); });
  console.log(rows);
  parse('a,"b', (error) => console.log(error.code, error.message));
})();
