const { v4, v5, v1, v7, validate, version, NIL, parse, stringify } = require('uuid');
console.log(v5('hello', v5.DNS), validate(v4()), version(v1()), version(v7()), NIL, stringify(parse(v5('x', v5.URL))));
