const Joi = require('joi');
const schema = Joi.object({ email: Joi.string().email().required(), n: Joi.number().min(1), d: Joi.date().iso() }).unknown(false);
console.log(schema.validate({ email: 'a@b.com', n: '5', d: '2020-01-01' }), schema.validate({ n: 0 }, { abortEarly: false }).error.message, schema.validate({ email: 'x' }).error.details);
schema.validateAsync({}).catch((error) => console.log(error.name, error.isJoi, error.message));
