'use strict';
// The task with the binary itself, which SEATRIAL_BINARY names; target/debug/seatrial without it.

const assert = require('node:assert/strict');
const childProcess = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { Agent, TASK, completion, named } = require('./agent');

const BINARY = process.env.SEATRIAL_BINARY || path.resolve(__dirname, '../../target/debug/seatrial');
const isThere = childProcess.spawnSync(BINARY, ['--version'], { encoding: 'utf8' }).stdout?.startsWith('seatrial ');
const options = { skip: isThere ? false : `there is no seatrial at ${BINARY}` };

const SETTINGS = (replicas) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "r.example/web:1.4.0" }] }
`;
const KUBECONFIG = (plugin) => `apiVersion: v1
kind: Config
current-context: dev
clusters: [{ name: dev, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: dev, user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, interactiveMode: Never } } }]
contexts: [{ name: dev, context: { cluster: dev, user: dev } }]
`;
const CONFIG = `version: 1
environments:
  dev:
    manifests: { path: manifests }
    cluster: { kubeconfig: { context: dev } }
    deploy: { timeout: 20s }
`;

/** An agent whose checkout is a commit on a branch with these files. */
function checkout(t, files) {
  const agent = new Agent({ binary: null });
  t.after(() => agent.remove());
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(agent.at('sources', name)), { recursive: true });
    fs.writeFileSync(agent.at('sources', name), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  const git = (...args) => childProcess.execFileSync('git', ['-C', agent.at('sources'), '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { encoding: 'utf8' });
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message=test');
  agent.variablesOfJob = {
    TF_BUILD: 'True',
    BUILD_REASON: 'Manual',
    BUILD_SOURCEBRANCH: 'refs/heads/main',
    BUILD_SOURCEVERSION: git('rev-parse', 'HEAD').trim(),
    BUILD_REPOSITORY_PROVIDER: 'TfsGit',
    BUILD_REPOSITORY_NAME: 'shop',
    SYSTEM_COLLECTIONURI: 'http://127.0.0.1:1/organization/',
    SYSTEM_TEAMPROJECT: 'shop',
  };
  return agent;
}

const run = (agent, inputs, more) => agent.run({ binaryPath: BINARY, artifact: 'seatrial', ...inputs }, { ...agent.variablesOfJob, ...more });

test('what the binary writes is what the task declares and publishes', options, async (t) => {
  const agent = checkout(t, { 'manifests/web.yaml': SETTINGS(2) });
  const result = await run(agent, { command: 'validate', arguments: 'manifests' });
  assert.deepEqual(completion(result), ['Succeeded', 'Seatrial: passed'], result.out + result.err);

  const set = Object.fromEntries(named(result, 'task.setvariable').map(({ properties, data }) => [properties.variable, data]));
  const task = JSON.parse(fs.readFileSync(path.join(TASK, 'task.json'), 'utf8'));
  assert.deepEqual(Object.keys(set), task.outputVariables.map(({ name }) => name));
  assert.deepEqual([set.verdict, set.errors, set.failures], ['passed', '0', '0']);
  JSON.parse(set.environments);

  assert.equal(JSON.parse(fs.readFileSync(set.report, 'utf8')).verdict, 'passed');
  assert.match(fs.readFileSync(set.html, 'utf8'), /^<!doctype html>/i);
  assert.equal(JSON.parse(fs.readFileSync(set.sarif, 'utf8')).version, '2.1.0');
  const uploaded = named(result, 'artifact.upload').map(({ properties, data }) => [properties.artifactname, data]);
  assert.deepEqual(uploaded, [['seatrial', set.html], ['CodeAnalysisLogs', set.sarif]]);
  assert.deepEqual(named(result, 'results.publish').map(({ properties }) => properties.resultFiles), [set.junit]);
});

test('a change that fails is told by the binary, and fails the task', options, async (t) => {
  const agent = checkout(t, { 'manifests/web.yaml': SETTINGS('two') });
  const result = await run(agent, { command: 'validate', arguments: 'manifests' });
  assert.deepEqual(completion(result), ['Failed', 'Seatrial: the change failed']);
  const told = result.commands.filter(({ name, properties }) => name === 'task.logissue' && properties.type === 'error');
  assert.ok(told.some(({ properties }) => properties.sourcepath?.endsWith('manifests/web.yaml')), result.out);
});

test('wrong usage is told in the words of the binary', options, async (t) => {
  const agent = checkout(t, { 'manifests/web.yaml': SETTINGS(2) });
  const result = await run(agent, { command: 'validate', arguments: '--no-such-flag' });
  assert.equal(completion(result)[1], 'Seatrial: the command line or the configuration is wrong');
  assert.match(result.err, /--no-such-flag/);
});

test('a credential plugin of the kubeconfig knows the connection to Azure', options, async (t) => {
  const id = '11111111-2222-3333-4444-555555555555';
  const plugin = '#!/bin/sh\nenv >"$CALLS/plugin"\nprintf \'{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}\'\n';
  const agent = checkout(t, { 'manifests/web.yaml': SETTINGS(2), 'seatrial.yaml': CONFIG, plugin });
  fs.writeFileSync(agent.at('kubeconfig'), KUBECONFIG(agent.at('sources/plugin')));
  const result = await run(agent, { azureSubscription: id }, {
    KUBECONFIG: agent.at('kubeconfig'),
    [`ENDPOINT_AUTH_SCHEME_${id}`]: 'WorkloadIdentityFederation',
    [`ENDPOINT_AUTH_PARAMETER_${id}_SERVICEPRINCIPALID`]: 'client',
    [`ENDPOINT_AUTH_PARAMETER_${id}_TENANTID`]: 'tenant',
  });
  const seen = fs.readFileSync(agent.at('calls/plugin'), 'utf8').split('\n');
  for (const line of [`AZURESUBSCRIPTION_SERVICE_CONNECTION_ID=${id}`, 'AZURESUBSCRIPTION_CLIENT_ID=client', 'AZURESUBSCRIPTION_TENANT_ID=tenant', 'SYSTEM_ACCESSTOKEN=job-token']) {
    assert.ok(seen.includes(line), line);
  }
  // Nothing listens there: what the plugin gave is not at issue.
  assert.equal(completion(result)[1], 'Seatrial: broken, exit code 3: there is no verdict on the change');
});
