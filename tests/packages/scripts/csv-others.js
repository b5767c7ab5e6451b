const fs = require('fs');
fs.writeFileSync('data.csv', 'name,age\nAnn,5\nBob,6\n');
fs.createReadStream('data.csv').pipe(require('csv-parser')()).on('data', (row) => console.log('csv-parser', row)).on('end', () => {
  require('fast-csv').parseFile('data.csv', { headers: true }).on('data', (row) => console.log('fast-csv', row)).on('end', (count) => {
    console.log(count);
    require('fast-csv').writeToString([{ a: 1, b: 'x,y' }], { headers: true }).then((text) => { console.log(text); return require('csvtojson')().fromFile('data.csv'); }).then(console.log);
  });
});
