'use strict';
// An agent of Azure Pipelines, as far as a task sees it: directories, variables, and a reader of its log (the agent's `Command.cs`).

const childProcess = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const TASK = path.resolve(__dirname, '../../azure-pipelines/task');
const FAKE = path.join(__dirname, 'fake-seatrial');

class Agent {
  constructor({ binary = 'bin/seatrial' } = {}) {
    this.root = fs.mkdtempSync(path.join(os.tmpdir(), 'seatrial-azure-'));
    for (const directory of ['sources/bin', 'temp', 'tools', 'calls', 'empty']) fs.mkdirSync(this.at(directory), { recursive: true });
    if (binary) fs.copyFileSync(FAKE, this.at('sources', binary));
    // A task that is laid out as the agent would.
    this.task = TASK;
  }

  at(...names) {
    return path.join(this.root, ...names);
  }

  remove() {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  /** The variables of a task: inputs as INPUT_NAME, and what the agent sets. */
  variables(inputs = {}, more = {}) {
    const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
    return {
      PATH: process.env.PATH,
      HOME: this.at('empty'),
      CALLS: this.at('calls'),
      AGENT_TEMPDIRECTORY: this.at('temp'),
      AGENT_TOOLSDIRECTORY: this.at('tools'),
      BUILD_SOURCESDIRECTORY: this.at('sources'),
      SYSTEM_STAGENAME: '__default',
      SYSTEM_PHASENAME: 'Job',
      SYSTEM_JOBNAME: 'Job',
      SYSTEM_JOBATTEMPT: '1',
      ENDPOINT_AUTH_SCHEME_SYSTEMVSSCONNECTION: 'OAuth',
      ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: 'job-token',
      ...Object.fromEntries(given),
      ...more,
    };
  }

  start(inputs, more) {
    for (const name of fs.readdirSync(this.at('calls'))) fs.rmSync(this.at('calls', name));
    const node = process.env.SEATRIAL_TEST_NODE || process.execPath;
    const options = { cwd: this.at('sources'), env: this.variables(inputs, more), stdio: ['ignore', 'pipe', 'pipe'] };
    const child = childProcess.spawn(node, [path.join(this.task, 'index.js')], options);
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => { said.out += chunk; });
    child.stderr.on('data', (chunk) => { said.err += chunk; });
    const ended = new Promise((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal, ...said, commands: commands(said.out), calls: this.calls() }));
    });
    return { child, ended };
  }

  run(inputs, more) {
    return this.start({ binaryPath: 'bin/seatrial', ...inputs }, more).ended;
  }

  /** How the binary was called; nothing when it was not. */
  calls() {
    const content = (name) => (fs.existsSync(this.at('calls', name)) ? fs.readFileSync(this.at('calls', name), 'utf8') : null);
    if (content('arguments') === null) return null;
    const entries = content('environment').split('\0').filter(Boolean).map((entry) => entry.split(/=(.*)/s).slice(0, 2));
    return {
      arguments: content('arguments').split('\0').slice(0, -1),
      environment: Object.fromEntries(entries),
      directory: content('directory'),
      binary: content('binary'),
      signals: (content('signals') ?? '').split('\n').filter(Boolean),
    };
  }
}

const unescaped = (text) => text.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%5D/g, ']').replace(/%3B/g, ';').replace(/%AZP25/g, '%');

/** The commands of a log, which the agent finds anywhere in a line. */
function commands(log) {
  return log.split('\n').filter((line) => line.includes('##vso[')).map((line) => {
    const begin = line.indexOf('##vso[') + '##vso['.length;
    const end = line.indexOf(']', begin);
    const [name, ...rest] = line.slice(begin, end).split(' ');
    const pairs = rest.join(' ').split(';').filter(Boolean).map((pair) => pair.split(/=(.*)/s).slice(0, 2));
    return { name, properties: Object.fromEntries(pairs.map(([key, value]) => [key, unescaped(value)])), data: unescaped(line.slice(end + 1)) };
  });
}

const named = (result, name) => result.commands.filter((command) => command.name === name);

/** The result of a task and its words. */
function completion(result) {
  const all = named(result, 'task.complete');
  if (all.length !== 1) throw new Error(`one end of the task is expected: ${JSON.stringify(result)}`);
  return [all[0].properties.result, all[0].data];
}

const errors = (result) => result.commands.filter(({ name, properties }) => name === 'task.logissue' && properties.type === 'error').map(({ data }) => data);
const warnings = (result) => result.commands.filter(({ name, properties }) => name === 'task.logissue' && properties.type === 'warning').map(({ data }) => data);

/** Waits until something is so, ten seconds at most. */
async function until(what, isSo) {
  for (let tries = 0; tries < 400; tries += 1) {
    if (isSo()) return;
    await new Promise((resolve) => { setTimeout(resolve, 25); });
  }
  throw new Error(`ten seconds have passed, and not: ${what}`);
}

module.exports = { Agent, FAKE, TASK, commands, completion, errors, named, until, warnings };
