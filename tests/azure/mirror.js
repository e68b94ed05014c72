'use strict';
// Servers on this machine for downloads: a mirror that answers as it is told, over HTTP or HTTPS, and a proxy.

const childProcess = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const path = require('node:path');

/** A server on the loopback interface. It ends with the test that uses it. */
async function listen(t, server) {
  const sockets = new Set();
  server.on('connection', (socket) => { sockets.add(socket); socket.on('close', () => sockets.delete(socket)); });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => { sockets.forEach((socket) => socket.destroy()); server.close(); });
  return server.address().port;
}

/** A mirror with an answer for each path; what it was asked is kept. */
async function mirror(t, answers, { key, cert } = {}) {
  const asked = [];
  const answer = (request, response) => {
    asked.push({ path: request.url, authorization: request.headers.authorization, host: request.headers.host });
    const found = answers[request.url] ?? ((_, other) => { other.statusCode = 404; other.end('not here'); });
    found(request, response, asked.length);
  };
  const server = key ? https.createServer({ key, cert }, answer) : http.createServer(answer);
  const port = await listen(t, server);
  return { asked, port, url: `${key ? 'https' : 'http'}://127.0.0.1:${port}` };
}

/** A proxy that lets through to this machine, whatever the host is called. `password` is what it asks for. */
async function proxy(t, password) {
  const asked = [];
  const isLet = (request) => !password || request.headers['proxy-authorization'] === `Basic ${Buffer.from(password).toString('base64')}`;
  const server = http.createServer((request, response) => {
    asked.push(request.url);
    if (!isLet(request)) {
      response.writeHead(407).end();
      return;
    }
    const { port, pathname } = new URL(request.url);
    http.get({ host: '127.0.0.1', port, path: pathname }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
  });
  server.on('connect', (request, socket, head) => {
    asked.push(request.url);
    if (!isLet(request)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const upstream = net.connect(Number(request.url.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  const port = await listen(t, server);
  return { asked, url: `http://127.0.0.1:${port}` };
}

/** A key, and a certificate that vouches for itself. */
function certificate(directory) {
  const at = (name) => path.join(directory, name);
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=mirror.example',
    '-addext', 'subjectAltName=DNS:mirror.example,IP:127.0.0.1', '-keyout', at('key.pem'), '-out', at('cert.pem')];
  childProcess.execFileSync('openssl', args, { stdio: 'ignore' });
  return { key: fs.readFileSync(at('key.pem')), cert: fs.readFileSync(at('cert.pem')), file: at('cert.pem') };
}

module.exports = { certificate, mirror, proxy };
