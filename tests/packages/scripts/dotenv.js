const dotenv = require('dotenv');
require('fs').writeFileSync('.env.sample', 'A=1\nB="two\\nlines"\n# c\nexport C=\'x y\'\n');
console.log(dotenv.parse('A=1\nB="x y" # c\n'), dotenv.config({ path: '.env.sample', quiet: true }).parsed, process.env.C);
