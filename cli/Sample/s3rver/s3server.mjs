// Starts s3rver on 127.0.0.1: node s3server.mjs <data directory> <port> [<file>]
// The file gets two lines for each PUT of an object or a part, at its beginning and at its end: the bytes that arrived, what they are
// ("none", "part" or "all" of the body), and the path with its query.
// Fixes two deviations of s3rver from S3 with which a correct client would fail.
import { appendFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import S3rver from '@20minutes/s3rver';
import S3Object from '@20minutes/s3rver/lib/models/object.js';
import v4 from '@20minutes/s3rver/lib/signature/v4.js';

const SUFFIX = '._S3rver_object';
const [directory, port, received] = process.argv.slice(2);
const server = new S3rver({ address: '127.0.0.1', port: Number(port), silent: true, directory, vhostBuckets: false });

// The signature covers the path as sent; s3rver rebuilds the path from bucket and key, and so refuses "/bucket/", which SDKs send.
const sentPaths = new WeakMap();
server.middleware.unshift((ctx, next) => {
  sentPaths.set(ctx.headers, ctx.req.url.split('?')[0]);
  return next();
});
if (received) {
  const readBefore = new WeakMap();
  server.middleware.unshift((ctx, next) => {
    const { req, res } = ctx;
    const { socket } = req;
    if (req.method === 'PUT' && req.url.split('?')[0].split('/').filter(Boolean).length > 1) {
      appendFileSync(received, `0 none ${req.url}\n`);
      res.once('close', () => {
        // What did not arrive as a whole is told from what the connection has read since its last request, headers included.
        const length = Number(req.headers['content-length'] ?? 0);
        const bytes = req.complete ? length : Math.min(length, socket.bytesRead - (readBefore.get(socket) ?? 0));
        readBefore.set(socket, socket.bytesRead);
        appendFileSync(received, `${bytes} ${req.complete ? 'all' : 'part'} ${req.url}\n`);
      });
    }
    return next();
  });
}
const { getStringToSign } = v4;
v4.getStringToSign = (canonical, request) => getStringToSign({ ...canonical, uri: sentPaths.get(canonical.headers) }, request);

// S3 lists in the order of the keys' UTF-8 bytes, which clients rely on. s3rver walks its folders, lists "a/b" before "a b" and "a.txt",
// and so loses keys between two pages. The keys of a bucket are read from its folder once and cached, so that the cost does not depend
// on how many pages or folders a client requests.
const keysOf = new Map();

function readKeys(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith(SUFFIX))
    .map((file) => path.relative(root, path.join(file.parentPath, file.name)).slice(0, -SUFFIX.length));
}

function sortedKeys(bucket, root) {
  let known = keysOf.get(bucket);
  if (!known) keysOf.set(bucket, (known = { keys: new Set(readKeys(root)) }));
  known.sorted ??= [...known.keys].map((text) => ({ text, bytes: Buffer.from(text) })).sort((x, y) => Buffer.compare(x.bytes, y.bytes));
  return known.sorted;
}

// Here a key is a path, as s3rver stores it.
function change(bucket, name, isThere) {
  const key = path.join('/', name).slice(1);
  const known = keysOf.get(bucket);
  if (!known || known.keys.has(key) === isThere) return;
  if (isThere) known.keys.add(key);
  else known.keys.delete(key);
  known.sorted = undefined;
}

const { putObject, copyObject, putObjectMultipart, deleteObject, deleteBucket } = server.store;
Object.assign(server.store, {
  async putObject(object) {
    const result = await putObject.call(this, object);
    change(object.bucket, object.key, true);
    return result;
  },
  async copyObject(sourceBucket, sourceKey, bucket, key, metadata) {
    const result = await copyObject.call(this, sourceBucket, sourceKey, bucket, key, metadata);
    change(bucket, key, true);
    return result;
  },
  async putObjectMultipart(bucket, ...rest) {
    const result = await putObjectMultipart.call(this, bucket, ...rest);
    keysOf.delete(bucket);
    return result;
  },
  async deleteObject(bucket, key) {
    await deleteObject.call(this, bucket, key);
    change(bucket, key, false);
  },
  async deleteBucket(bucket) {
    keysOf.delete(bucket);
    return deleteBucket.call(this, bucket);
  },
});

server.store.listObjects = async function listInKeyOrder(bucket, { delimiter = '', startAfter = '', prefix = '', maxKeys = Infinity }) {
  const after = Buffer.from(startAfter);
  const all = sortedKeys(bucket, this.getBucketPath(bucket))
    .filter(({ bytes, text }) => Buffer.compare(bytes, after) > 0 && text.startsWith(prefix))
    .map(({ text }) => text);

  const keys = [];
  const commonPrefixes = new Set();
  let isTruncated = false;
  for (const key of all) {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (end >= 0 && commonPrefixes.has(key.slice(0, end + delimiter.length))) continue;
    if (keys.length + commonPrefixes.size >= maxKeys) {
      isTruncated = true;
      break;
    }
    if (end >= 0) commonPrefixes.add(key.slice(0, end + delimiter.length));
    else keys.push(key);
  }

  const objects = await Promise.all(
    keys.map(async (key) => {
      try {
        return new S3Object(bucket, key, null, await this.getMetadata(bucket, key));
      } catch (error) {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }
    }),
  );
  return { objects: objects.filter(Boolean), commonPrefixes: [...commonPrefixes], isTruncated };
};

await server.run();
