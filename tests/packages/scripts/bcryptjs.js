const bcrypt = require('bcryptjs');
const salt = '$2b$04$abcdefghijklmnopqrstuu';
console.log(bcrypt.hashSync('secret', salt), bcrypt.compareSync('secret', bcrypt.hashSync('secret', 4)), bcrypt.getRounds(bcrypt.hashSync('x', 4)));
bcrypt.hash('a', 4, (error, hash) => console.log(error, hash.length));
bcrypt.compare('secret', bcrypt.hashSync('secret', salt)).then(console.log);
