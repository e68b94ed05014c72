'use strict';
// Where the binary comes from when none is given: tool cache, PATH, and a mirror on this machine.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Agent, FAKE, TASK, completion, errors, until, warnings } = require('./agent');
const { certificate, mirror, proxy } = require('./mirror');
const { NAMES, whyNot } = require(`${TASK}/binary`);
const { proxyFor } = require(`${TASK}/proxy`);

const BINARY = fs.readFileSync(FAKE);
const SUM = crypto.createHash('sha256').update(BINARY).digest('hex');
const NAME = NAMES[`linux ${process.arch}`];
const PLACE = `/v1.2.0/${NAME}`;
const PATH = '/usr/bin:/bin';
const whole = (_, response) => response.end(BINARY);
const asked = { binaryPath: '', version: '1.2.0', binarySha256: SUM };

function newAgent(t) {
  const agent = new Agent({ binary: null });
  t.after(() => agent.remove());
  return agent;
}

/** The task with another table of checksums. */
function knowing(agent, table) {
  agent.task = agent.at('task');
  fs.cpSync(TASK, agent.task, { recursive: true });
  fs.writeFileSync(path.join(agent.task, 'checksums.json'), JSON.stringify(table));
}

function put(file) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.copyFileSync(FAKE, file);
}

const passed = (result) => assert.deepEqual([completion(result), result.code], [['Succeeded', 'Seatrial: passed'], 0], result.out + result.err);

/** The task failed with one error of these words, and started nothing. */
function refused(result, words) {
  const [end, said] = completion(result);
  assert.equal(end, 'Failed');
  assert.match(said, words);
  assert.deepEqual([errors(result), result.calls, result.code], [[said], null, 0]);
  assert.doesNotMatch(said, /a fault of the task/);
}

test('a version is downloaded once, verified, and kept in the tool cache', async (t) => {
  const agent = newAgent(t);
  const server = await mirror(t, { [PLACE]: whole });
  const first = await agent.run({ ...asked, mirror: `${server.url}/` }, { PATH });
  passed(first);
  const cached = agent.at('tools/seatrial/1.2.0', process.arch, 'seatrial');
  assert.equal(first.calls.binary, cached);
  assert.deepEqual(fs.readdirSync(path.dirname(cached)), ['seatrial']);
  const second = await agent.run({ ...asked, mirror: server.url }, { PATH });
  passed(second);
  assert.deepEqual([second.calls.binary, server.asked.map((request) => request.path)], [cached, [PLACE]]);
});

test('an address with its checksum is downloaded', async (t) => {
  const agent = newAgent(t);
  const server = await mirror(t, { '/a/seatrial': whole });
  passed(await agent.run({ binaryPath: '', binaryUrl: `${server.url}/a/seatrial`, binarySha256: SUM.toUpperCase() }, { PATH }));
});

test('the table of the task names the version and its checksum', async (t) => {
  const agent = newAgent(t);
  knowing(agent, { '0.9.0': { [NAME]: 'a'.repeat(64) }, '1.2.0': { [NAME]: SUM } });
  const server = await mirror(t, { [PLACE]: whole });
  passed(await agent.run({ binaryPath: '', mirror: server.url }, { PATH }));
  const unknown = await agent.run({ binaryPath: '', version: '2.0.0', mirror: server.url }, { PATH });
  refused(unknown, new RegExp(`version: this task has no checksum of ${NAME} 2\\.0\\.0: give it as binarySha256, or a binary as binaryPath`));
  refused(await agent.run({ binaryPath: '', version: '0.9.0', mirror: server.url }, { PATH }), /404 Not Found, this mirror has no such version/);
});

test('a download that is not the binary is told in words, with the way out, and never run', async (t) => {
  const page = '<!DOCTYPE html><html><body>Sign in</body></html>';
  const foreign = Buffer.alloc(64);
  foreign.write('\x7fELF\x02\x01', 'latin1');
  foreign.writeUInt16LE(process.arch === 'arm64' ? 0x3e : 0xb7, 18);
  const sumOf = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');
  const status = (code) => (_, response) => { response.statusCode = code; response.end('no'); };
  const table = {
    'not there': [status(404), /404 Not Found, this mirror has no such version; give another mirror, or a binary as binaryPath/],
    'a sign-in': [status(401), /401 Unauthorized, it asks for a sign-in; give another mirror/],
    'a page': [(_, response) => { response.setHeader('Content-Type', 'text/html; charset=utf-8'); response.end(page); }, /a page \(HTML\) came instead of a binary/],
    'a page without a type': [(_, response) => response.end(page), /a page \(HTML\) came instead of a binary/],
    'other bytes': [(_, response) => response.end('#!/bin/sh\ntouch injected\n'), /has another checksum: [0-9a-f]{64} instead of [0-9a-f]{64}; it is not run/],
    nothing: [(_, response) => response.end(), /nothing came/],
    half: [(_, response) => { response.setHeader('Content-Length', BINARY.length); response.write(BINARY.subarray(0, 100)); setTimeout(() => response.destroy(), 50); }, new RegExp(`it ended after 100 of ${BINARY.length} bytes; give`)],
    'a fault of the mirror': [status(503), /503 Service Unavailable; give/],
    'in a circle': [(request, response) => { response.writeHead(302, { Location: request.url }).end(); }, /more than 5 redirects/],
    'to another scheme': [(_, response) => { response.writeHead(302, { Location: 'file:///bin/sh' }).end(); }, /is not an address with https:/],
    'another machine': [(_, response) => response.end(foreign), /is built for (x64|arm64), and this agent is/, sumOf(foreign)],
  };
  await Promise.all(Object.entries(table).map(async ([name, [answer, words, sum]]) => {
    const agent = newAgent(t);
    const server = await mirror(t, { [PLACE]: answer });
    const result = await agent.run({ ...asked, binarySha256: sum ?? SUM, mirror: server.url }, { PATH });
    refused(result, words);
    assert.equal(server.asked.length, { half: 3, 'a fault of the mirror': 3, 'in a circle': 6 }[name] ?? 1, name);
    assert.equal(fs.existsSync(agent.at('tools/seatrial/1.2.0', process.arch)), name === 'another machine', name);
  }));
});

test('no network, no host and no address are told in words', async (t) => {
  const agent = newAgent(t);
  const closed = await mirror(t, {});
  await Promise.all([
    [`http://127.0.0.1:1`, /no connection to 127\.0\.0\.1:1 \(ECONNREFUSED\); give another mirror, or a binary as binaryPath/],
    ['http://mirror.invalid', /mirror\.invalid is not known here; without a network, give another mirror/],
    ['ftp://mirror.invalid', /is not an address with https:\/\/ or http:\/\//],
    ['\\\\share\\seatrial', /is not an address with/],
    ['htps://user:word@mirror.invalid', /Seatrial: "htps:\/\/mirror\.invalid\/v1\.2\.0\/[^"]*" is not an address/],
    ['', /mirror: no address to download from; or give a binary as binaryPath/],
  ].map(async ([address, words]) => refused(await agent.run({ ...asked, mirror: address }, { PATH }), words)));
  assert.equal(closed.asked.length, 0);
});

test('a fault that passes is tried again, and a redirect is followed', async (t) => {
  const agent = newAgent(t);
  const server = await mirror(t, {
    [PLACE]: (_, response, number) => (number === 1 ? response.writeHead(503).end() : response.writeHead(302, { Location: '/store/1' }).end()),
    '/store/1': whole,
  });
  passed(await agent.run({ ...asked, mirror: server.url }, { PATH }));
  assert.equal(server.asked.length, 3);
});

test('a password in an address is sent to its host only, and never shown', async (t) => {
  const agent = newAgent(t);
  const other = await mirror(t, { '/store': whole });
  const server = await mirror(t, {
    [PLACE]: (request, response) => response.writeHead(request.headers.authorization ? 302 : 401, { Location: `${other.url}/store` }).end(),
  });
  const address = server.url.replace('//', '//user:p%40ssword@');
  const result = await agent.run({ ...asked, mirror: address }, { PATH });
  passed(result);
  assert.deepEqual([server.asked[0].authorization, other.asked[0].authorization], [`Basic ${Buffer.from('user:p@ssword').toString('base64')}`, undefined]);
  const failed = await agent.run({ ...asked, version: '9.9.9', mirror: address }, { PATH });
  refused(failed, /404|401/);
  assert.doesNotMatch(result.out + failed.out, /ssword/);
});

test('what lies in the tool cache counts only with its checksum', async (t) => {
  const agent = newAgent(t);
  const server = await mirror(t, { [PLACE]: whole });
  const cached = agent.at('tools/seatrial/1.2.0', process.arch, 'seatrial');
  put(cached);
  fs.appendFileSync(cached, '# changed\n');
  const result = await agent.run({ ...asked, mirror: server.url }, { PATH });
  passed(result);
  assert.match(warnings(result).join(), /has another checksum than [0-9a-f]{64}: it is not used/);
  assert.deepEqual(fs.readFileSync(cached), BINARY);
});

test('a tool cache that cannot be written is a warning', async (t) => {
  const agent = newAgent(t);
  const server = await mirror(t, { [PLACE]: whole });
  fs.writeFileSync(agent.at('file'), '');
  for (const tools of [agent.at('file'), '/dev/null']) {
    const result = await agent.run({ ...asked, mirror: server.url }, { PATH, AGENT_TOOLSDIRECTORY: tools });
    passed(result);
    assert.match(warnings(result).join(), /the tool cache cannot be written, each job will download anew/);
    assert.ok(result.calls.binary.startsWith(agent.at('temp')));
  }
  passed(await agent.run({ ...asked, mirror: server.url }, { PATH, AGENT_TOOLSDIRECTORY: '' }));
});

test('without a version the highest of the tool cache is taken, then PATH', async (t) => {
  const agent = newAgent(t);
  fs.mkdirSync(agent.at('on path'));
  put(agent.at('on path/seatrial'));
  const variables = { PATH: `${agent.at('on path')}:${PATH}` };
  assert.equal((await agent.run({ binaryPath: '' }, variables)).calls.binary, agent.at('on path/seatrial'));
  for (const version of ['0.9.0', '1.10.0', '1.2.0']) put(agent.at('tools/seatrial', version, process.arch, 'seatrial'));
  put(agent.at('tools/seatrial/9.0.0/other/seatrial'));
  assert.equal((await agent.run({ binaryPath: '' }, variables)).calls.binary, agent.at('tools/seatrial/1.10.0', process.arch, 'seatrial'));
  assert.equal((await agent.run({ binaryPath: '', version: 'v0.9.0' }, variables)).calls.binary, agent.at('tools/seatrial/0.9.0', process.arch, 'seatrial'));
});

test('PATH counts where a version is asked for only if it is that version', async (t) => {
  const agent = newAgent(t);
  fs.mkdirSync(agent.at('on path'));
  put(agent.at('on path/seatrial'));
  const variables = { PATH: `${agent.at('on path')}:${PATH}` };
  assert.equal((await agent.run({ binaryPath: '', version: '0.9.0' }, variables)).calls.binary, agent.at('on path/seatrial'));
  const other = newAgent(t);
  refused(await other.run({ binaryPath: '', version: '0.9.1' }, variables), /this task has no checksum/);
});

test('where nothing can be had it says what is missing', () => {
  const table = [
    [{ version: '1.0.0' }, 'win32 x64', /none to download for win32 x64: run the job on a Linux agent, or give binaryPath/],
    [{ version: '1.0.0' }, 'darwin arm64', /none to download for darwin arm64/],
    [{ name: NAME, cache: '/tools/seatrial' }, 'linux x64', /neither in the tool cache \(\/tools\/seatrial\/VERSION\/ARCH\) nor on PATH, .* give binaryPath, or binaryUrl with binarySha256/],
    [{ name: NAME, version: '1.0.0' }, 'linux x64', /no checksum/],
    [{ name: NAME, version: '1.0.0', sha256: SUM }, 'linux x64', /mirror: no address/],
  ];
  for (const [had, system, words] of table) assert.match(whyNot(had, system), words);
  assert.equal(whyNot({ name: NAME, version: '1.0.0', sha256: SUM, mirror: 'https://example.com' }), null);
});

test('a cancelled job ends while it downloads', async (t) => {
  const agent = newAgent(t);
  const server = await mirror(t, { [PLACE]: (_, response) => { response.setHeader('Content-Length', '1000'); response.write('#!'); } });
  const { child, ended } = agent.start({ ...asked, mirror: server.url }, { PATH });
  await until('the mirror was asked', () => server.asked.length > 0);
  const before = Date.now();
  child.kill('SIGINT');
  const result = await ended;
  assert.deepEqual([completion(result), result.calls], [['Failed', 'Seatrial: the job was cancelled (SIGINT)'], null]);
  assert.ok(Date.now() - before < 3000);
});

test('a certificate counts if the agent knows its CA', async (t) => {
  const agent = newAgent(t);
  const own = certificate(agent.root);
  const server = await mirror(t, { [PLACE]: whole }, own);
  refused(await agent.run({ ...asked, mirror: server.url }, { PATH }), /the certificate of 127\.0\.0\.1:\d+ is not trusted \([A-Z_]+\); name a file with its CA in NODE_EXTRA_CA_CERTS, or give/);
  for (const name of ['NODE_EXTRA_CA_CERTS', 'AGENT_CAINFO', 'SSL_CERT_FILE']) {
    passed(await agent.run({ ...asked, mirror: server.url }, { PATH, [name]: own.file, AGENT_TOOLSDIRECTORY: '' }));
  }
});

test('downloads go through the proxy', async (t) => {
  const agent = newAgent(t);
  const own = certificate(agent.root);
  const plain = await mirror(t, { [PLACE]: whole });
  const secure = await mirror(t, { [PLACE]: whole }, own);
  const between = await proxy(t, 'agent:pass word');
  const variables = { PATH, NODE_EXTRA_CA_CERTS: own.file, AGENT_TOOLSDIRECTORY: '' };
  const ofAgent = { AGENT_PROXYURL: between.url, AGENT_PROXYUSERNAME: 'agent', SECRET_AGENT_PROXYPASSWORD: 'pass word' };
  const ofSystem = between.url.replace('//', '//agent:pass%20word@');
  for (const settings of [ofAgent, { https_proxy: ofSystem, http_proxy: ofSystem }, { HTTPS_PROXY: ofSystem, HTTP_PROXY: ofSystem }]) {
    for (const { port, scheme } of [{ port: plain.port, scheme: 'http' }, { port: secure.port, scheme: 'https' }]) {
      const result = await agent.run({ ...asked, mirror: `${scheme}://mirror.example:${port}` }, { ...variables, ...settings });
      passed(result);
      assert.doesNotMatch(result.out, /pass.word|cGFzcyB3b3Jk/);
    }
  }
  assert.equal(between.asked.length, 6);
  const wrong = { ...ofAgent, SECRET_AGENT_PROXYPASSWORD: 'wrong' };
  refused(await agent.run({ ...asked, mirror: `https://mirror.example:${secure.port}` }, { ...variables, ...wrong }), /the proxy 127\.0\.0\.1:\d+ does not let through to mirror\.example:\d+: 407/);
  refused(await agent.run({ ...asked, mirror: 'https://mirror.example' }, { ...variables, HTTPS_PROXY: 'http://127.0.0.1:1' }), /no connection to the proxy 127\.0\.0\.1:1/);
});

test('the settings of a proxy are read as they are written', () => {
  const of = (address, env) => proxyFor(new URL(address), env)?.url.host ?? null;
  const env = { HTTPS_PROXY: 'proxy.example:3128', NO_PROXY: 'localhost, .internal.example,mirror.example:8443' };
  const table = [
    ['https://github.com/a', 'proxy.example:3128'],
    ['http://github.com/a', null],
    ['https://localhost/a', null],
    ['https://internal.example', null],
    ['https://a.internal.example', null],
    ['https://ainternal.example', 'proxy.example:3128'],
    ['https://mirror.example', 'proxy.example:3128'],
    ['https://mirror.example:8443', null],
  ];
  for (const [address, host] of table) assert.equal(of(address, env), host, address);
  assert.equal(of('https://github.com', { ...env, NO_PROXY: '*' }), null);
  const agent = { AGENT_PROXYURL: 'http://agent.example:8888', AGENT_PROXYBYPASSLIST: '["internal\\\\.example"]', HTTPS_PROXY: 'http://other' };
  assert.equal(of('https://github.com', agent), 'agent.example:8888');
  assert.equal(of('https://a.internal.example', agent), null);
  assert.equal(of('https://github.com', { ...agent, AGENT_PROXYBYPASSLIST: '["("' }), 'agent.example:8888');
  assert.equal(of('https://github.com', {}), null);
});
