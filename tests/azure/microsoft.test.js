'use strict';
// The task and its extension, held against Microsoft's own tools: the reader of log commands and the runner of tests in azure-pipelines-task-lib,
// the packager in tfx-cli. Their packages are found by NODE_PATH (tests/azure/run).

const assert = require('node:assert/strict');
const childProcess = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { MockTestRunner } = require('azure-pipelines-task-lib/mock-test');
const { commandFromString } = require('azure-pipelines-task-lib/taskcommand');
const { Agent, TASK } = require('./agent');
const { command } = require(`${TASK}/log`);

const EXTENSION = path.dirname(TASK);
const packages = process.env.NODE_PATH;

test('the library reads what the task writes', () => {
  for (const text of ['plain', '100%', '%0A %AZP25 %3B', 'a;b]c', 'two\r\nlines', '/work/a b/ü.json', '']) {
    const read = commandFromString(command('task.logissue', { type: 'error', sourcepath: text || 'x' }, text).trimEnd());
    assert.deepEqual([read.command, read.properties.sourcepath, read.message], ['task.logissue', text || 'x', text]);
  }
});

/** Runs the task as the library's tests do, which hands its own variables on. */
async function runner(agent, inputs, more) {
  const before = { ...process.env };
  Object.assign(process.env, agent.variables(inputs, more));
  try {
    const runner = new MockTestRunner(path.join(TASK, 'index.js'), path.join(TASK, 'task.json'));
    runner.nodePath = process.execPath;
    await runner.runAsync();
    return runner;
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

test('the library sees how the task ended', async () => {
  const agent = new Agent();
  try {
    const binaryPath = agent.at('sources/bin/seatrial');
    const passed = await runner(agent, { binaryPath });
    assert.deepEqual([passed.succeeded, passed.stderr.trim()], [true, 'on standard error']);
    assert.equal((await runner(agent, { binaryPath }, { FAKE_EXIT: '1' })).succeeded, false);
    assert.equal((await runner(agent, { binaryPath: 'nowhere' })).succeeded, false);
  } finally {
    agent.remove();
  }
});

/** What tfx says, and the extension if there is one. */
function packed(root) {
  const output = fs.mkdtempSync(path.join(os.tmpdir(), 'seatrial-vsix-'));
  const tfx = path.join(packages, '.bin/tfx');
  // As a team does it that packs the extension for itself, under its own name.
  const args = ['extension', 'create', '--root', root, '--manifest-globs', 'vss-extension.json', '--publisher', 'acme', '--output-path', `${output}/`, '--no-prompt', '--no-color'];
  const { status, stdout, stderr } = childProcess.spawnSync(tfx, args, { encoding: 'utf8', env: { ...process.env, TFX_TELEMETRY: '0' } });
  const [file] = fs.readdirSync(output);
  const content = file ? entries(fs.readFileSync(path.join(output, file))) : [];
  fs.rmSync(output, { recursive: true });
  return { status, said: stdout + stderr, file, content };
}

/** The names in a ZIP file, from its directory at the end. */
function entries(zip) {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const names = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    names.push(zip.toString('utf8', at + 46, at + 46 + name));
    at += 46 + name + extra + comment;
  }
  return names.filter((name) => !name.endsWith('/')).sort();
}

// The packager goes on when it finds a fault in a task, and packs it.
const COMPLAINT = /warning|invalid|error/i;

test('the extension is packed, with the task and nothing else', () => {
  const { status, said, file, content } = packed(EXTENSION);
  assert.equal(status, 0, said);
  assert.doesNotMatch(said, COMPLAINT);
  assert.match(file, /^acme\.seatrial-.*\.vsix$/);
  const own = ['LICENSE.txt', 'icon.png', 'overview.md', ...fs.readdirSync(TASK).map((file) => `task/${file}`)];
  assert.deepEqual(content, [...own, '[Content_Types].xml', 'extension.vsixmanifest', 'extension.vsomanifest'].sort());
});

test('the packager complains about a broken definition', () => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'seatrial-extension-'));
  const pack = (change) => {
    fs.cpSync(EXTENSION, path.join(copy, 'azure-pipelines'), { recursive: true });
    fs.copyFileSync(path.join(EXTENSION, '../LICENSE'), path.join(copy, 'LICENSE'));
    const file = path.join(copy, 'azure-pipelines/task/task.json');
    const task = JSON.parse(fs.readFileSync(file, 'utf8'));
    change(task);
    fs.writeFileSync(file, JSON.stringify(task));
    return packed(path.join(copy, 'azure-pipelines'));
  };
  try {
    assert.doesNotMatch(pack(() => {}).said, COMPLAINT);
    for (const [change, words] of [
      [(task) => { task.id = 'seatrial'; }, /id is a required guid/],
      [(task) => { task.execution.Node24.target = 'main.js'; }, /references file that does not exist: main\.js/],
      [(task) => { task.name = 'sea trial'; }, /name is a required alphanumeric string/],
    ]) {
      const { said } = pack(change);
      assert.match(said, COMPLAINT);
      assert.match(said, words);
    }
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
});
