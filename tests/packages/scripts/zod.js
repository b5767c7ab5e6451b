const { z } = require('zod');
const User = z.object({ name: z.string().min(2), age: z.coerce.number().int().optional(), tags: z.array(z.enum(['a', 'b'])).default([]) });
console.log(User.parse({ name: 'Ann', age: '5' }));
const result = User.safeParse({ name: 'A', tags: ['c'] });
console.log(result.success, result.error.issues, z.treeifyError ? z.treeifyError(result.error) : 0);
try { User.parse({}); } catch (error) { console.log(error.name, error.message, error instanceof z.ZodError); }
