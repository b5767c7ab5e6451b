/** `contentType` and `aliases` of a GridFS file, which were options of an upload before major 7. The MD5 sum of 3 is not made. */

import { replaceMethod } from './patch.js';

/** Majors 3 to 6. */
export function keepFileFields({ GridFSBucketWriteStream }) {
  replaceMethod(GridFSBucketWriteStream, 'fileDocument', (fileDocument) => function () {
    const { metadata, ...file } = fileDocument.call(this);
    const { contentType, aliases } = this.options;
    if (contentType) file.contentType = contentType;
    if (aliases) file.aliases = aliases;
    return metadata === undefined ? file : { ...file, metadata };
  });
}
