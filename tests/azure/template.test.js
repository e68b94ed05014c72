'use strict';
// The scripts of the steps template, with the variables that the agent would set. That the first one hands on its parameters is held by
// tests/doors.rs, and the whole against Azure's schema by tests/doors/run.

const assert = require('node:assert/strict');
const childProcess = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Agent, commands } = require('./agent');

const TEMPLATE = fs.readFileSync(path.resolve(__dirname, '../../azure-pipelines/seatrial.yml'), 'utf8');

/** The scripts of the template, without their indentation. */
function scripts() {
  return [...TEMPLATE.matchAll(/^( *)- bash: \|\n((?:\1 {4}.*\n|\n)+)/gm)].map(([, indentation, body]) => body.replaceAll(new RegExp(`^${indentation} {4}`, 'gm'), ''));
}

function bash(agent, script, variables) {
  const env = { PATH: process.env.PATH, CALLS: agent.at('calls'), AGENT_TEMPDIRECTORY: agent.at('temp'), BUILD_SOURCESDIRECTORY: agent.at('sources'), ...variables };
  const run = childProcess.spawnSync('bash', ['--noprofile', '--norc', '-c', script], { cwd: agent.at('sources'), env, encoding: 'utf8' });
  return { code: run.status, out: run.stdout, err: run.stderr, commands: commands(run.stdout) };
}

const INPUTS = Object.fromEntries(['BINARY_URL', 'BINARY_SHA256', 'CONFIG', 'ENVIRONMENTS', 'IMAGES', 'ARGUMENTS'].map((name) => [`INPUT_${name}`, '']));

test('what the first script writes is what the second uploads', (t) => {
  const agent = new Agent();
  t.after(() => agent.remove());
  const [trial, upload, ...more] = scripts();
  assert.deepEqual(more, []);
  const job = { SYSTEM_STAGENAME: 'pull request', SYSTEM_PHASENAME: 'trial', SYSTEM_JOBNAME: '../dev;]', SYSTEM_JOBATTEMPT: '2' };
  const run = bash(agent, trial, { ...INPUTS, ...job, INPUT_COMMAND: 'run', INPUT_BINARY_PATH: 'bin/seatrial', FAKE_EXIT: '1' });
  assert.equal(run.code, 1, run.err);
  const at = (name) => agent.at('temp/seatrial', name);
  const name = 'seatrial.pull_request.trial..._dev__.attempt-2';
  assert.deepEqual(agent.calls().arguments, ['run', '--output', 'terminal', '--output', `json=${at('report.json')}`, '--output', `junit=${at('tests.xml')}`,
    '--output', `html=${at(`${name}.html`)}`, '--output', `sarif=${at(`${name}.sarif`)}`]);

  const uploads = (variables) => bash(agent, upload, variables).commands.map(({ properties, data }) => [properties.artifactname, properties.containerfolder, data]);
  const html = ['my report', 'my report', at(`${name}.html`)];
  const sarif = ['CodeAnalysisLogs', 'CodeAnalysisLogs', at(`${name}.sarif`)];
  assert.deepEqual(uploads({ INPUT_ARTIFACT: 'my report', INPUT_PUBLISH_SARIF: 'True' }), [html, sarif]);
  assert.deepEqual(uploads({ INPUT_ARTIFACT: '', INPUT_PUBLISH_SARIF: 'True' }), [sarif]);
  assert.deepEqual(uploads({ INPUT_ARTIFACT: 'my report', INPUT_PUBLISH_SARIF: 'False' }), [html]);
});

test('where nothing was written nothing is uploaded, and no name ends a command', (t) => {
  const agent = new Agent();
  t.after(() => agent.remove());
  const [, upload] = scripts();
  const nothing = bash(agent, upload, { INPUT_ARTIFACT: 'seatrial', INPUT_PUBLISH_SARIF: 'True' });
  assert.deepEqual([nothing.code, nothing.out], [0, '']);
  for (const name of ['a];x=y', 'a\nb', '$(touch injected)', '../x']) {
    const { code, commands: said } = bash(agent, upload, { INPUT_ARTIFACT: name, INPUT_PUBLISH_SARIF: 'True' });
    assert.deepEqual([code, said.length], [2, 1], name);
    assert.match(said[0].data, /^artifact: letters, digits/);
  }
  assert.equal(fs.existsSync(agent.at('sources/injected')), false);
});

test('the names of a job that has none are left out', (t) => {
  const agent = new Agent();
  t.after(() => agent.remove());
  const [trial] = scripts();
  const job = { SYSTEM_STAGENAME: '__default', SYSTEM_PHASENAME: 'Job', SYSTEM_JOBNAME: 'Job', SYSTEM_JOBATTEMPT: '1' };
  bash(agent, trial, { ...INPUTS, ...job, INPUT_COMMAND: 'validate', INPUT_BINARY_PATH: 'bin/seatrial' });
  assert.ok(agent.calls().arguments.includes(`html=${agent.at('temp/seatrial/seatrial.Job.html')}`));
});
