require('fs').writeFileSync('.env.test', 'FLOW=yes\n');
require('fs').writeFileSync('.env', 'FLOW=no\nBASE=1\n');
console.log(require('dotenv-flow').config({ node_env: 'test', silent: true }).parsed);
