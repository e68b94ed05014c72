'use strict';
// What the inputs mean, and what the log says: pure functions.

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { TASK, commands } = require('./agent');
const { objection, onPath } = require(`${TASK}/binary`);
const { publications, verdict } = require(`${TASK}/index`);
const { commandLine, environment, lines, read, reportPaths } = require(`${TASK}/inputs`);
const { command, error } = require(`${TASK}/log`);

const inputs = (given = {}) => read(Object.fromEntries(Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])));
const SUM = 'ab'.repeat(32);

test('nothing given is a run of everything', () => {
  const read = inputs();
  assert.deepEqual([read.command, read.environments, read.images, read.arguments, read.config], ['run', [], [], [], '']);
  assert.deepEqual(read.binary, { path: '', url: '', sha256: '', version: '', mirror: '' });
});

test('lines are trimmed, blank ones left out, of any system', () => {
  assert.deepEqual(lines(' a \r\n\r\n\tb\n\n c d \r e'), ['a', 'b', 'c d', 'e']);
});

test('what cannot be meant is refused in words', () => {
  const table = [
    [{ command: 'run; rm' }, /command: "run; rm" is not one of run, validate, deploy, test, cleanup/],
    [{ command: 'RUN' }, /is not one of/],
    [{ command: 'render\n##vso[task.complete result=Succeeded]' }, /command: "render\\n/],
    [{ binaryUrl: 'https://example.com/seatrial' }, /binaryUrl: a download needs the SHA-256/],
    [{ binarySha256: 'abc' }, /binarySha256: a SHA-256 has 64/],
    [{ version: '../../etc' }, /version: "..\/..\/etc" is not a version/],
    [{ version: '1.0/x' }, /is not a version/],
    [{ binaryPath: 'a\nb' }, /binaryPath: one line is expected/],
    [{ config: 'a\nb' }, /config: one line is expected/],
    [{ artifact: '../x' }, /artifact: "..\/x" cannot be the name/],
    [{ command: 'x'.repeat(100000) }, /^.{100,200}$/],
  ];
  for (const [given, words] of table) assert.throws(() => inputs(given), ({ message }) => words.test(message), JSON.stringify(given).slice(0, 80));
  assert.equal(inputs({ version: 'v1.2.0', binarySha256: SUM.toUpperCase() }).binary.version, '1.2.0');
});

test('inputs become arguments, one for each line', () => {
  const given = { command: 'validate', config: 'a b.yaml', environments: 'dev\n\n test ', images: 'web=r.example/web:1', arguments: '--all\n$(touch x) `y` "z"' };
  const expected = ['validate', '--config', 'a b.yaml', '--environment', 'dev', '--environment', 'test', '--image', 'web=r.example/web:1'];
  const outputs = ['--output', 'terminal', '--output', 'json=/t/r.json', '--output', 'html=/t/r.html'];
  assert.deepEqual(commandLine(inputs(given), { json: '/t/r.json', html: '/t/r.html' }), [...expected, ...outputs, '--all', '$(touch x) `y` "z"']);
  assert.deepEqual(commandLine(inputs({ command: 'cleanup' }), { json: '/t/r.json' }), ['cleanup']);
});

test('reports are named after the job, so that jobs do not overwrite each other', () => {
  const stem = (env) => path.posix.basename(reportPaths('/t', env, path.posix).html, '.html');
  assert.equal(stem({}), 'seatrial');
  assert.equal(stem({ SYSTEM_STAGENAME: '__default', SYSTEM_PHASENAME: 'Job', SYSTEM_JOBNAME: 'Job', SYSTEM_JOBATTEMPT: '1' }), 'seatrial.Job');
  assert.equal(stem({ SYSTEM_PHASENAME: 'trial', SYSTEM_JOBNAME: 'trial dev', SYSTEM_JOBATTEMPT: '2' }), 'seatrial.trial.trial_dev.attempt-2');
  assert.equal(stem({ SYSTEM_JOBNAME: '../../x;y]' }), 'seatrial._x_y_');
  assert.equal(reportPaths('D:\\a\\_temp\\seatrial-1', {}, path.win32).junit, 'D:\\a\\_temp\\seatrial-1\\seatrial.xml');
});

test('the binary gets the token of the job, and nothing else that is the task\'s', () => {
  const env = {
    PATH: '/bin',
    INPUT_COMMAND: 'run',
    Input_Other: 'x',
    SECRET_DATABASE: 'password',
    SECUREFILE_TICKET_1: 'ticket',
    VSTS_SECRET_VARIABLES: '["database"]',
    VSTS_PUBLIC_VARIABLES: '[]',
    VSTS_TASKVARIABLE_X: 'x',
    ENDPOINT_AUTH_SYSTEMVSSCONNECTION: '{"parameters":{"AccessToken":"job"}}',
    ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: 'job',
    SYSTEM_OIDCREQUESTURI: 'https://example.com/oidc',
  };
  const seen = environment(inputs(), env);
  assert.deepEqual(seen.variables, { PATH: '/bin', SYSTEM_OIDCREQUESTURI: 'https://example.com/oidc', SYSTEM_ACCESSTOKEN: 'job' });
  assert.deepEqual(seen.secrets, ['job']);
  assert.deepEqual(environment(inputs(), { PATH: '/bin' }), { variables: { PATH: '/bin' }, secrets: [] });
});

test('tokens that the step maps count, and variables that do not exist do not', () => {
  const job = { ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: 'job' };
  const of = (env, given) => environment(inputs(given), env).variables;
  assert.deepEqual(of({ ...job, SYSTEM_ACCESSTOKEN: 'mapped', GITHUB_TOKEN: 'g' }), { SYSTEM_ACCESSTOKEN: 'mapped', GITHUB_TOKEN: 'g' });
  assert.deepEqual(of({ ...job, SYSTEM_ACCESSTOKEN: '$(System.AccessToken)', GITHUB_TOKEN: '$(github-token)' }), { SYSTEM_ACCESSTOKEN: 'job' });
  assert.deepEqual(of({ SYSTEM_ACCESSTOKEN: '' }), {});
});

test('a connection to GitHub gives its token', () => {
  const id = '11111111-2222-3333-4444-555555555555';
  const of = (env) => environment(inputs({ githubConnection: id }), env);
  assert.deepEqual(of({ [`ENDPOINT_AUTH_PARAMETER_${id}_ACCESSTOKEN`]: 'pat', GITHUB_TOKEN: 'other' }), { variables: { GITHUB_TOKEN: 'pat' }, secrets: ['pat'] });
  assert.throws(() => of({ GITHUB_TOKEN: 'other' }), /githubConnection: the connection gives no token/);
});

test('a connection to Azure names itself to programs that sign in', () => {
  const id = 'ABCDEF01-2222-3333-4444-555555555555';
  const of = (scheme) => environment(inputs({ azureSubscription: id }), {
    [`ENDPOINT_AUTH_SCHEME_${id.toLowerCase()}`]: scheme,
    [`ENDPOINT_AUTH_PARAMETER_${id.toLowerCase()}_SERVICEPRINCIPALID`]: 'client',
    [`ENDPOINT_AUTH_PARAMETER_${id.toLowerCase()}_TENANTID`]: 'tenant',
    [`ENDPOINT_AUTH_PARAMETER_${id.toLowerCase()}_SERVICEPRINCIPALKEY`]: 'key',
  });
  const expected = { AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: id, AZURESUBSCRIPTION_CLIENT_ID: 'client', AZURESUBSCRIPTION_TENANT_ID: 'tenant' };
  assert.deepEqual(of('WorkloadIdentityFederation'), { variables: expected, secrets: [] });
  assert.throws(() => of('ServicePrincipal'), /azureSubscription: a connection with workload identity federation is needed, this one has "ServicePrincipal"/);
});

test('no text ends a property or a command, or begins another', () => {
  const hostile = 'a];x=y\r\n##vso[task.complete result=Succeeded]50% %0A %AZP25\u001b[31m ##[error]z \u202e';
  const line = command('task.logissue', { type: 'error', sourcepath: hostile }, hostile);
  assert.equal(line.match(/##vso\[/g).length, 1);
  assert.equal(line.trimEnd().split(/[\r\n]/).length, 1);
  const safe = 'a];x=y\r\n##_vso[task.complete result=Succeeded]50% %0A %AZP25 [31m ##_[error]z  ';
  assert.deepEqual(commands(line), [{ name: 'task.logissue', properties: { type: 'error', sourcepath: safe }, data: safe }]);
  assert.equal(error('100%'), '##vso[task.logissue type=error]100%\n');
  assert.equal(error('##v\u00adso[a] \u{e0041}\ufeff\ud800'), '##vso[task.logissue type=error]##v so[a]    \n');
});

test('exit codes are results', () => {
  const result = (...end) => { const { result: told, words, isNew } = verdict(...end); return [told, words, Boolean(isNew)]; };
  assert.deepEqual(result(0, null, null), ['Succeeded', 'Seatrial: passed', false]);
  assert.deepEqual(result(1, null, null), ['Failed', 'Seatrial: the change failed', false]);
  assert.deepEqual(result(2, null, null), ['Failed', 'Seatrial: the command line or the configuration is wrong', true]);
  assert.deepEqual(result(3, null, null), ['Failed', 'Seatrial: broken, exit code 3: there is no verdict on the change', true]);
  assert.deepEqual(result(101, null, null), ['Failed', 'Seatrial: broken, exit code 101: there is no verdict on the change', true]);
  assert.deepEqual(result(null, 'SIGKILL', null), ['Failed', 'Seatrial: broken, ended by SIGKILL: there is no verdict on the change', true]);
  // Also when the binary ends well after the signal: what was cancelled has not passed.
  assert.deepEqual(result(0, null, 'SIGINT'), ['Failed', 'Seatrial: the job was cancelled (SIGINT)', false]);
});

test('what is there is published, as far as it is asked for', () => {
  const reports = reportPaths('D:\\a\\_temp', {}, path.win32);
  const names = (given, isThere) => publications(inputs({ artifact: 'seatrial', ...given }), reports, isThere).flatMap(commands).map(({ name, data }) => `${name} ${data}`);
  const all = ['results.publish ', 'artifact.upload D:\\a\\_temp\\seatrial.html', 'artifact.upload D:\\a\\_temp\\seatrial.sarif'];
  assert.deepEqual(names({}, () => true), all);
  assert.deepEqual(names({}, () => false), []);
  assert.deepEqual(names({ publishTests: 'False' }, () => true), all.slice(1));
  assert.deepEqual(names({ artifact: '' }, () => true), [all[0], all[2]]);
  assert.deepEqual(names({ publishSarif: 'false' }, () => true), all.slice(0, 2));
});

test('PATH is read as the system writes it, without directories of the checkout', () => {
  const linux = ['/opt/seatrial'];
  const seen = [];
  const isThere = (file) => { seen.push(file); return linux.includes(file); };
  assert.equal(onPath('.:bin::/usr/bin:/opt', 'linux', isThere), '/opt/seatrial');
  assert.deepEqual(seen, ['/usr/bin/seatrial', '/opt/seatrial']);
  const windows = 'C:\\Program Files\\seatrial\\seatrial.exe';
  assert.equal(onPath('.;bin;C:\\Windows;C:\\Program Files\\seatrial', 'win32', (file) => file === windows), windows);
  assert.equal(onPath('', 'linux', () => true), undefined);
});

test('a file says where it runs', () => {
  const elf = (machine) => { const head = Buffer.alloc(20); head.write('\x7fELF', 'latin1'); head.writeUInt16LE(machine, 18); return head; };
  assert.equal(objection(elf(0x3e), 'x64'), null);
  assert.equal(objection(elf(0xb7), 'arm64'), null);
  assert.equal(objection(elf(0xb7), 'x64'), 'is built for arm64, and this agent is x64');
  assert.equal(objection(elf(0x28), 'x64'), 'is built for another machine, and this agent is x64');
  assert.equal(objection(Buffer.from('#!/bin/sh\n'), 'x64'), null);
  for (const other of ['', 'MZ\x90', '<!doctype html><html><head></head>', '\x7fELF']) assert.equal(objection(Buffer.from(other, 'latin1'), 'x64'), 'is not a program for Linux');
});
