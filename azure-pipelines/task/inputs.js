'use strict';
// The variables that the agent sets → what is asked for, the arguments and the environment of the binary. Pure: nothing is read or written here.

const path = require('node:path');
const { Told } = require('./told');

const REPORTING = ['run', 'validate', 'deploy', 'test'];
const COMMANDS = [...REPORTING, 'cleanup'];

// What the agent hands to a task and to nothing that it starts: inputs, connections, files, secret variables.
const OF_THE_TASK = /^(INPUT_|ENDPOINT_|SECUREFILE_|SECRET_|VSTS_TASKVARIABLE_|VSTS_PUBLIC_VARIABLES$|VSTS_SECRET_VARIABLES$)/i;

/** The lines that say something. */
const lines = (text) => text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter(Boolean);

/** What is asked for. */
function read(env) {
  const input = (name) => (env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
  const isOn = (name) => input(name).toLowerCase() !== 'false';
  const command = input('command') || 'run';
  if (!COMMANDS.includes(command)) throw new Told(`command: ${shown(command)} is not one of ${COMMANDS.join(', ')}`);
  return {
    command,
    reports: REPORTING.includes(command),
    config: single('config', input('config')),
    environments: lines(input('environments')),
    images: lines(input('images')),
    arguments: lines(input('arguments')),
    workingDirectory: single('workingDirectory', input('workingDirectory')),
    binary: binary(input),
    azureSubscription: input('azureSubscription'),
    githubConnection: input('githubConnection'),
    publishTests: isOn('publishTests'),
    publishSarif: isOn('publishSarif'),
    artifact: artifact(input('artifact')),
  };
}

/** Where the binary comes from, as far as the inputs say it. */
function binary(input) {
  const sha256 = input('binarySha256').toLowerCase();
  if (sha256 && !/^[0-9a-f]{64}$/.test(sha256)) throw new Told('binarySha256: a SHA-256 has 64 hexadecimal digits');
  const url = single('binaryUrl', input('binaryUrl'));
  if (url && !sha256) throw new Told('binaryUrl: a download needs the SHA-256 of the binary as binarySha256');
  const version = input('version').replace(/^v/, '');
  if (version && !/^[0-9][0-9A-Za-z.+-]{0,63}$/.test(version)) throw new Told(`version: ${shown(version)} is not a version`);
  return { path: single('binaryPath', input('binaryPath')), url, sha256, version, mirror: single('mirror', input('mirror')) };
}

function single(name, value) {
  if (/[\0\r\n]/.test(value)) throw new Told(`${name}: one line is expected, not ${shown(value)}`);
  return value;
}

function artifact(name) {
  if (/[\\/":<>|*?\0\r\n]/.test(name)) throw new Told(`artifact: ${shown(name)} cannot be the name of an artifact`);
  return name;
}

/** What came from an input, in a message. */
const shown = (value) => JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);

/** Where the reports of this task lie. Their names are those of the job: jobs of one run upload to the same artifact. */
function reportPaths(directory, env, paths = path) {
  const words = [env.SYSTEM_STAGENAME, env.SYSTEM_PHASENAME, env.SYSTEM_JOBNAME, attempt(env)];
  const told = words.filter((word) => word && !word.startsWith('__default')).map((word) => word.replace(/[^A-Za-z0-9-]+/g, '_').slice(0, 60));
  const stem = ['seatrial', ...new Set(told)].join('.');
  const at = (ending) => paths.join(directory, `${stem}.${ending}`);
  return { json: at('json'), junit: at('xml'), sarif: at('sarif'), html: at('html') };
}

const attempt = (env) => (Number(env.SYSTEM_JOBATTEMPT) > 1 ? `attempt-${env.SYSTEM_JOBATTEMPT}` : '');

/** The arguments of the binary. */
function commandLine(inputs, reports) {
  const each = (flag, values) => values.flatMap((value) => [flag, value]);
  const outputs = ['terminal', ...Object.entries(reports).map(([format, file]) => `${format}=${file}`)];
  return [
    inputs.command,
    ...each('--config', inputs.config ? [inputs.config] : []),
    ...each('--environment', inputs.environments),
    ...each('--image', inputs.images),
    ...each('--output', inputs.reports ? outputs : []),
    ...inputs.arguments,
  ];
}

/** A value that is said about a connection; the agent writes ids in lower case. */
const ofConnection = (env, id, what, key) => env[`ENDPOINT_${what}_${id}${key}`] || env[`ENDPOINT_${what}_${id.toLowerCase()}${key}`] || '';

/** The variables of the binary, and which of their values are secret. */
function environment(inputs, env) {
  const kept = Object.entries(env).filter(([name]) => !OF_THE_TASK.test(name));
  const tokens = {
    SYSTEM_ACCESSTOKEN: mapped(env.SYSTEM_ACCESSTOKEN) || ofConnection(env, 'SYSTEMVSSCONNECTION', 'AUTH_PARAMETER', '_ACCESSTOKEN'),
    GITHUB_TOKEN: github(inputs, env) || mapped(env.GITHUB_TOKEN),
  };
  const given = Object.entries(tokens).filter(([, value]) => value);
  const without = kept.filter(([name]) => !(name in tokens));
  return {
    variables: { ...Object.fromEntries([...without, ...given]), ...azure(inputs, env) },
    secrets: given.map(([, value]) => value),
  };
}

/** What a step maps; `$(name)` is a variable that does not exist. */
const mapped = (value) => (value && !/^\$\(.*\)$/.test(value) ? value : '');

function github({ githubConnection: id }, env) {
  if (!id) return '';
  const token = ['_ACCESSTOKEN', '_APITOKEN'].map((key) => ofConnection(env, id, 'AUTH_PARAMETER', key)).find(Boolean);
  if (!token) throw new Told('githubConnection: the connection gives no token; make one with a personal access token, or by OAuth');
  return token;
}

/** Names that programs for sign-in to Azure read, as AzureCLI@2 sets them: `kubelogin --login azurepipelines` in a kubeconfig is one. */
function azure({ azureSubscription: id }, env) {
  if (!id) return {};
  const scheme = ofConnection(env, id, 'AUTH_SCHEME', '');
  if (scheme !== 'WorkloadIdentityFederation') {
    throw new Told(`azureSubscription: a connection with workload identity federation is needed, this one has ${scheme ? shown(scheme) : 'no scheme'}`);
  }
  return {
    AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: id,
    AZURESUBSCRIPTION_CLIENT_ID: ofConnection(env, id, 'AUTH_PARAMETER', '_SERVICEPRINCIPALID'),
    AZURESUBSCRIPTION_TENANT_ID: ofConnection(env, id, 'AUTH_PARAMETER', '_TENANTID'),
  };
}

module.exports = { commandLine, environment, lines, read, reportPaths, shown };
