/** `node play-mongoose.mjs URI DATABASE MONGOOSE OUTPUT`: the scripts with a real mongoose under Node. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { mongooseModelsFor } from './mongoose-models.mjs';
import { play } from './play.mjs';

const [uri, database, folder, output] = process.argv.slice(2);
const mongoose = createRequire(import.meta.url)(folder);
await mongoose.connect(uri, { dbName: database, autoIndex: false, autoCreate: false });
const outcomes = await play({ raw: mongoose.connection.db, modelsOf: mongooseModelsFor(mongoose) });
await mongoose.disconnect();
writeFileSync(output, JSON.stringify(outcomes, null, 1));
