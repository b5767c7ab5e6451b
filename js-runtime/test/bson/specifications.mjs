/** Finds the drivers' specification data: below MMK_SPECS_DIR, or in a `shared/specs` folder beside this repository. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function specificationFolder(name) {
  const base = process.env.MMK_SPECS_DIR ?? fileURLToPath(new URL('../../../../shared/specs', import.meta.url));
  const folder = join(base, name);
  return existsSync(folder) ? folder : null;
}
