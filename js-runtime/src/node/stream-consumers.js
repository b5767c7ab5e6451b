/** `stream/consumers`: reads a whole stream into one value. */
import { builtin } from './registry.js';

async function bytesOf(stream) {
  const { Buffer } = builtin('buffer');
  const chunks = [];
  for await (const chunk of stream) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer ?? chunk, chunk.byteOffset, chunk.byteLength));
  }
  return Buffer.concat(chunks);
}

export const buffer = bytesOf;

export async function arrayBuffer(stream) {
  const bytes = await bytesOf(stream);
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

export async function text(stream) {
  return new TextDecoder().decode(await bytesOf(stream));
}

export async function json(stream) {
  return JSON.parse(await text(stream));
}

export async function blob(stream) {
  return new Blob([await bytesOf(stream)]);
}

export default { arrayBuffer, blob, buffer, json, text };
