'use strict';
// One file from an address, with what can go wrong told in words. Node.js 20 has no proxies of its own, and knows no CA of the system.

const crypto = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const stream = require('node:stream/promises');
const { Transform } = require('node:stream');
const tls = require('node:tls');
const { proxyFor } = require('./proxy');
const { Told } = require('./told');

const MOST_BYTES = 200 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const SILENCE = 30_000;
const DEADLINE = 300_000;
const BETWEEN_TRIES = [500, 2_000];
const BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/ca-bundle.pem', '/etc/ssl/cert.pem'];

/** What may be gone at the next try. */
class Passing extends Told {}

/** Writes what lies at an address to a file, and gives back its SHA-256. */
async function download(address, to, env, signal) {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]);
  for (const pause of [...BETWEEN_TRIES, null]) {
    try {
      return await tried(parsed(address), to, env, deadline);
    } catch (cause) {
      if (deadline.aborted) throw signal.aborted ? cause : new Told(`cannot download ${shownUrl(address)}: it took more than five minutes; ${WAY_OUT}`);
      if (!(cause instanceof Passing) || pause === null) throw cause;
      await new Promise((resolve) => { setTimeout(resolve, pause); });
    }
  }
  throw new Error('the last try returns or throws');
}

const WAY_OUT = 'give another mirror, or a binary as binaryPath';

/** An address for a message: what is before the host may be a password. */
function shownUrl(address) {
  const url = new URL(address);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function parsed(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw new Told(`${JSON.stringify(address.replace(/\/\/.*@/s, '//').slice(0, 80))} is not an address with https:// or http://`);
  return url;
}

async function tried(first, to, env, signal) {
  let url = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const answer = await request(url, url.origin === first.origin ? first : null, env, signal);
    const { statusCode: status, headers } = answer;
    if (![301, 302, 303, 307, 308].includes(status) || !headers.location) return written(url, answer, to, signal);
    answer.resume();
    url = parsed(new URL(headers.location, url).href);
  }
  throw new Told(`cannot download ${shownUrl(first.href)}: more than ${MOST_REDIRECTS} redirects; ${WAY_OUT}`);
}

/** The answer of a server, its body not yet read. */
async function request(url, credentials, env, signal) {
  const proxy = proxyFor(url, env);
  try {
    const headers = { 'User-Agent': 'seatrial-azure-pipelines-task', Accept: 'application/octet-stream', ...authorization(credentials) };
    const options = { signal, headers, timeout: SILENCE, ca: url.protocol === 'https:' ? authorities(env) : undefined };
    if (!proxy) return await answered(url, options);
    if (url.protocol === 'https:') {
      const socket = await tunnel(proxy, url, signal);
      const createConnection = () => tls.connect({ socket, servername: url.hostname, ca: options.ca });
      return await answered(url, { ...options, createConnection });
    }
    const through = proxy.authorization ? { 'Proxy-Authorization': proxy.authorization } : {};
    return await answered(proxy.url, { ...options, path: url.href.replace(/\/\/[^/@]*@/, '//'), headers: { ...headers, Host: url.host, ...through } });
  } catch (cause) {
    if (cause instanceof Told) throw cause;
    throw refused(cause, url, proxy);
  }
}

function authorization(url) {
  if (!url?.username) return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function answered(url, options) {
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? https : http).request(url, options, resolve);
    call.on('timeout', () => call.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
    call.on('error', reject);
    call.end();
  });
}

function tunnel(proxy, url, signal) {
  return new Promise((resolve, reject) => {
    const authority = `${url.hostname}:${url.port || 443}`;
    const headers = { Host: authority, ...(proxy.authorization ? { 'Proxy-Authorization': proxy.authorization } : {}) };
    const call = (proxy.url.protocol === 'https:' ? https : http).request(proxy.url, { method: 'CONNECT', path: authority, headers, signal, timeout: SILENCE, agent: false });
    call.on('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      return reject(new Told(`the proxy ${proxy.url.host} does not let through to ${authority}: ${answer.statusCode} ${answer.statusMessage}; mend the agent's proxy settings, or ${WAY_OUT}`));
    });
    call.on('timeout', () => call.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
    call.on('error', reject);
    call.end();
  });
}

/** Those of Node.js, of the system, and of the agent. */
function authorities(env) {
  const files = [...BUNDLES, env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS, env.AGENT_CAINFO].filter((file) => file && fs.existsSync(file));
  return [...tls.rootCertificates, ...files.map((file) => fs.readFileSync(file, 'utf8'))];
}

function refused(cause, url, proxy) {
  const host = proxy ? `the proxy ${proxy.url.host}` : url.host;
  const what = `cannot download ${shownUrl(url.href)}`;
  const code = cause.code ?? '';
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(code)) return new Passing(`${what}: ${host} is not known here; without a network, ${WAY_OUT}`);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code)) {
    return new Told(`${what}: the certificate of ${url.host} is not trusted (${code}); name a file with its CA in NODE_EXTRA_CA_CERTS, or ${WAY_OUT}`);
  }
  return new Passing(`${what}: no connection to ${host} (${code || cause.message}); ${WAY_OUT}`);
}

/** The body of an answer, if it can be a binary. */
async function written(url, answer, to, signal) {
  const { statusCode: status, headers } = answer;
  const what = `cannot download ${shownUrl(url.href)}`;
  if (status !== 200) {
    answer.resume();
    const Kind = status === 429 || status >= 500 ? Passing : Told;
    throw new Kind(`${what}: ${status} ${answer.statusMessage}${meaning(status)}; ${WAY_OUT}`);
  }
  const hash = crypto.createHash('sha256');
  let bytes = 0;
  const count = new Transform({
    transform(chunk, _, next) {
      if (bytes === 0 && isPage(headers['content-type'], chunk)) return next(new Told(`${what}: a page (HTML) came instead of a binary, perhaps one to sign in; ${WAY_OUT}`));
      bytes += chunk.length;
      if (bytes > MOST_BYTES) return next(new Told(`${what}: more than ${MOST_BYTES} bytes; ${WAY_OUT}`));
      hash.update(chunk);
      return next(null, chunk);
    },
  });
  try {
    await stream.pipeline(answer, count, fs.createWriteStream(to), { signal });
  } catch (cause) {
    if (cause instanceof Told) throw cause;
    if (['ENOSPC', 'EACCES', 'EROFS'].includes(cause.code)) throw new Told(`${to} cannot be written: ${cause.message}`);
    const length = headers['content-length'] ?? 'unknown';
    throw new Passing(`${what}: it ended after ${bytes} of ${length} bytes; ${WAY_OUT}`);
  }
  if (bytes === 0) throw new Told(`${what}: nothing came; ${WAY_OUT}`);
  return hash.digest('hex');
}

function meaning(status) {
  if (status === 404 || status === 410) return ', this mirror has no such version';
  return [401, 403, 407].includes(status) ? ', it asks for a sign-in' : '';
}

const isPage = (type, chunk) => /^text\/html\b/i.test(type ?? '') || /^\s*<(!doctype|html|\?xml)/i.test(chunk.subarray(0, 200).toString('latin1'));

async function sha256Of(file) {
  const hash = crypto.createHash('sha256');
  await stream.pipeline(fs.createReadStream(file), hash);
  return hash.digest('hex');
}

module.exports = { download, sha256Of, shownUrl };
