'use strict';
// The task as the agent runs it, with a stand-in for the binary.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { afterEach, beforeEach, test } = require('node:test');
const { Agent, TASK, completion, errors, named, until, warnings } = require('./agent');

let agent;
beforeEach(() => { agent = new Agent(); });
afterEach(() => agent.remove());

test('a trial is run, published and passed on', async () => {
  const inputs = { config: 'deploy/seatrial.yaml', images: 'web=r.example/web:1', artifact: 'seatrial' };
  const result = await agent.run(inputs, { GITHUB_TOKEN: '' });
  assert.equal(result.code, 0, result.err);
  assert.deepEqual(completion(result), ['Succeeded', 'Seatrial: passed']);
  assert.equal(result.calls.directory, agent.at('sources'));
  assert.equal(result.calls.environment.SYSTEM_ACCESSTOKEN, 'job-token');
  assert.equal('GITHUB_TOKEN' in result.calls.environment, false);
  assert.deepEqual(Object.keys(result.calls.environment).filter((name) => /^(INPUT|ENDPOINT|SECRET)_/.test(name)), []);

  const [scratch] = fs.readdirSync(agent.at('temp'));
  const report = (ending) => agent.at('temp', scratch, `seatrial.Job.${ending}`);
  const outputs = ['terminal', `json=${report('json')}`, `junit=${report('xml')}`, `sarif=${report('sarif')}`, `html=${report('html')}`];
  assert.deepEqual(result.calls.arguments, ['run', '--config', 'deploy/seatrial.yaml', '--image', 'web=r.example/web:1', ...outputs.flatMap((output) => ['--output', output])]);

  assert.deepEqual(named(result, 'task.setsecret').map(({ data }) => data), ['job-token']);
  assert.equal(named(result, 'task.setvariable').length, 1);
  assert.match(result.err, /on standard error/);
  assert.deepEqual(named(result, 'results.publish').map(({ properties }) => properties), [
    { type: 'JUnit', mergeResults: 'false', runTitle: 'Seatrial', publishRunAttachments: 'true', testRunSystem: 'Seatrial', resultFiles: report('xml') },
  ]);
  assert.deepEqual(named(result, 'artifact.upload').map(({ properties, data }) => [properties.artifactname, properties.containerfolder, data]), [
    ['seatrial', 'seatrial', report('html')],
    ['CodeAnalysisLogs', 'CodeAnalysisLogs', report('sarif')],
  ]);
  // The token is masked before anything can show it.
  assert.equal(result.commands[0].name, 'task.setsecret');
  assert.equal(result.commands.at(-1).name, 'task.complete');
});

test('the task ends as the binary ended, and always says why', async () => {
  const table = [
    ['1', 'the change failed', []],
    ['2', 'the command line or the configuration is wrong', ['Seatrial: the command line or the configuration is wrong']],
    ['3', 'broken, exit code 3: there is no verdict on the change', ['Seatrial: broken, exit code 3: there is no verdict on the change']],
  ];
  for (const [code, words, said] of table) {
    const result = await agent.run({}, { FAKE_EXIT: code });
    assert.equal(result.code, 0);
    assert.deepEqual(completion(result), ['Failed', `Seatrial: ${words}`]);
    assert.deepEqual(errors(result), said);
    assert.equal(named(result, 'results.publish').length, 1, 'tests are published, however the trial ended');
  }
  const killed = await agent.run({}, { FAKE_KILLED: '1' });
  assert.deepEqual(completion(killed), ['Failed', 'Seatrial: broken, ended by SIGKILL: there is no verdict on the change']);
});

test('reports that were not written are not published', async () => {
  for (const reports of ['none', 'empty']) {
    const result = await agent.run({ artifact: 'seatrial' }, { FAKE_EXIT: '2', FAKE_REPORTS: reports });
    assert.deepEqual([...named(result, 'results.publish'), ...named(result, 'artifact.upload')], []);
  }
});

test('cleanup writes no reports', async () => {
  const result = await agent.run({ command: 'cleanup', artifact: 'seatrial' });
  assert.deepEqual(result.calls.arguments, ['cleanup']);
  assert.deepEqual(completion(result), ['Succeeded', 'Seatrial: passed']);
  assert.deepEqual([...named(result, 'results.publish'), ...named(result, 'artifact.upload')], []);
});

test('hostile inputs are arguments, and nothing more', async () => {
  const hostile = ['--cluster', 'a b; $(touch injected) `touch injected` "quoted" \'q\' \\ %0A ##vso[task.complete result=Succeeded]'];
  const result = await agent.run({ arguments: hostile.join('\n'), images: 'web=x\n--config=/etc/passwd', environments: '$(touch injected)' });
  assert.equal(result.code, 0);
  assert.deepEqual(result.calls.arguments.slice(-2), hostile);
  assert.deepEqual(result.calls.arguments.slice(1, 7), ['--environment', '$(touch injected)', '--image', 'web=x', '--image', '--config=/etc/passwd']);
  assert.equal(fs.existsSync(agent.at('sources/injected')), false);
  assert.deepEqual(completion(result), ['Succeeded', 'Seatrial: passed']);
});

test('an input of 100 kB arrives whole', async () => {
  const long = 'x'.repeat(100_000);
  const result = await agent.run({ arguments: long });
  assert.equal(result.calls.arguments.at(-1), long);
});

test('what is wrong is one error and one end, and the binary is not started', async () => {
  fs.writeFileSync(agent.at('sources/text'), 'a text');
  fs.writeFileSync(agent.at('sources/garbage'), 'garbage', { mode: 0o755 });
  fs.writeFileSync(agent.at('sources/script'), '#!/nowhere/interpreter\n', { mode: 0o755 });
  const elf = Buffer.alloc(64);
  elf.write('\x7fELF\x02\x01', 'latin1');
  elf.writeUInt16LE(process.arch === 'arm64' ? 0x3e : 0xb7, 18);
  fs.writeFileSync(agent.at('sources/foreign'), elf, { mode: 0o755 });
  const table = [
    [{ command: 'rm -rf /' }, /command: "rm -rf \/" is not one of/],
    [{ binaryPath: 'nowhere' }, /binaryPath: no executable file at/],
    [{ binaryPath: 'text' }, /binaryPath: no executable file at/],
    [{ binaryPath: 'bin' }, /binaryPath: no executable file at/],
    [{ binaryPath: 'nowhere \n##vso[task.setvariable variable=x]y' }, /binaryPath: one line is expected/],
    [{ binaryPath: 'nowhere ##vso[task.setvariable variable=x]y' }, /no executable file at .*##_vso\[/],
    [{ binaryPath: 'garbage' }, /garbage is not a program for Linux/],
    [{ binaryPath: 'script' }, /script cannot be started: it, or what it is run by, is not there/],
    [{ binaryPath: 'foreign' }, /foreign is built for (x64|arm64), and this agent is (x64|arm64): take seatrial-/],
    [{ binaryPath: '' }, /no seatrial on this agent/],
    [{ workingDirectory: 'nowhere' }, /workingDirectory: no such directory/],
    [{ workingDirectory: 'text' }, /workingDirectory: no such directory/],
    [{ githubConnection: '11111111-2222-3333-4444-555555555555' }, /githubConnection: the connection gives no token/],
  ];
  for (const [inputs, words] of table) {
    const result = await agent.run(inputs, { PATH: '/usr/bin:/bin' });
    assert.equal(result.code, 0, result.err);
    assert.equal(result.calls, null);
    const [end, said] = completion(result);
    assert.equal(end, 'Failed');
    assert.match(said, words);
    assert.deepEqual(errors(result), [said]);
    assert.equal(said.includes('a fault of the task'), false, said);
    assert.deepEqual(named(result, 'task.setvariable'), []);
  }
});

test('a directory with a comma in its path is refused, as no report could be named', async () => {
  fs.mkdirSync(agent.at('a,b'));
  const result = await agent.run({}, { AGENT_TEMPDIRECTORY: agent.at('a,b') });
  assert.match(completion(result)[1], /no reports can lie at .*a,b", with a comma in its path/);
  assert.equal(result.calls, null);
});

test('without a token the trial is run without one', async () => {
  const result = await agent.run({}, { ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: '' });
  assert.deepEqual(completion(result), ['Succeeded', 'Seatrial: passed']);
  assert.equal('SYSTEM_ACCESSTOKEN' in result.calls.environment, false);
  assert.deepEqual(named(result, 'task.setsecret'), []);
});

test('the binary from PATH is found, and none that the checkout puts there', async () => {
  fs.mkdirSync(agent.at('on path'));
  fs.copyFileSync(agent.at('sources/bin/seatrial'), agent.at('on path/seatrial'));
  const found = await agent.run({ binaryPath: '' }, { PATH: `bin:${agent.at('on path')}:/usr/bin:/bin` });
  assert.equal(found.calls.binary, agent.at('on path/seatrial'));
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`a cancelled job waits until the binary has cleaned up: ${signal}`, async () => {
    const { child, ended } = agent.start({ binaryPath: 'bin/seatrial' }, { FAKE_WAIT: '1', FAKE_CLEANUP: '0.5' });
    await until('the binary runs', () => fs.existsSync(agent.at('calls/waiting')));
    child.kill(signal);
    const result = await ended;
    assert.deepEqual(result.calls.signals, [signal, 'cleaned up']);
    assert.equal(result.code, 0, result.err);
    assert.deepEqual(completion(result), ['Failed', `Seatrial: the job was cancelled (${signal})`]);
    assert.equal(named(result, 'results.publish').length, 1);
  });
}

test('the definition names each input and each output that there is', () => {
  const task = JSON.parse(fs.readFileSync(path.join(TASK, 'task.json'), 'utf8'));
  const source = ['inputs.js', 'binary.js', 'index.js'].map((file) => fs.readFileSync(path.join(TASK, file), 'utf8')).join('\n');
  const read = new Set([...source.matchAll(/(?:input|isOn)\('([A-Za-z0-9]+)'\)/g)].map(([, name]) => name));
  assert.deepEqual(task.inputs.map(({ name }) => name).sort(), [...read].sort());
  const groups = task.groups.map(({ name }) => name);
  for (const { name, groupName, helpMarkDown } of task.inputs) {
    assert.ok(helpMarkDown, name);
    assert.ok(!groupName || groups.includes(groupName), name);
  }
  assert.deepEqual(Object.keys(task.inputs[0].options), ['run', 'validate', 'deploy', 'test', 'cleanup']);
  assert.deepEqual(task.restrictions, { settableVariables: { allowed: task.outputVariables.map(({ name }) => name) } });
  assert.deepEqual(Object.keys(task.execution), ['Node24', 'Node20_1']);
});

test('task, extension and binary have one version', () => {
  const root = path.resolve(TASK, '../..');
  const { Major, Minor, Patch } = JSON.parse(fs.readFileSync(path.join(TASK, 'task.json'), 'utf8')).version;
  const extension = JSON.parse(fs.readFileSync(path.join(TASK, '../vss-extension.json'), 'utf8'));
  const [, workspace] = fs.readFileSync(path.join(root, 'Cargo.toml'), 'utf8').match(/^version = "(.*)"$/m);
  assert.deepEqual([`${Major}.${Minor}.${Patch}`, extension.version], [workspace, workspace]);
});

test('the table of checksums has versions with the names of binaries', () => {
  const table = JSON.parse(fs.readFileSync(path.join(TASK, 'checksums.json'), 'utf8'));
  for (const [version, sums] of Object.entries(table)) {
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.deepEqual(Object.keys(sums).sort(), ['seatrial-aarch64-linux', 'seatrial-x86_64-linux']);
    for (const sum of Object.values(sums)) assert.match(sum, /^[0-9a-f]{64}$/);
  }
});
