/** Node's stream classes as the driver extends them; the only file that knows where they come from. */

export { Readable, Writable } from 'readable-stream';
