'use strict';
// The task for Azure Pipelines: runs a Seatrial binary with the inputs of the task, publishes what it wrote, and ends as it ended. The binary
// itself writes the log, the summary, the output variables, and the thread of the pull request.
//
// It needs nothing but Node.js: what runs with the token of a job should be short enough to be read.

const childProcess = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { locate } = require('./binary');
const checksums = require('./checksums.json');
const { commandLine, environment, read, reportPaths, shown } = require('./inputs');
const { command, error, secret, warning } = require('./log');
const { Told } = require('./told');

const say = (text) => process.stdout.write(text);

/** What the end of the binary means: the result of the task, and its words. An error that the binary has told about needs no second one. */
function verdict(code, signal, cancelled) {
  if (cancelled) return { result: 'Failed', words: `Seatrial: the job was cancelled (${cancelled})` };
  if (signal) return { result: 'Failed', words: `Seatrial: broken, ended by ${signal}: there is no verdict on the change`, isNew: true };
  switch (code) {
    case 0:
      return { result: 'Succeeded', words: 'Seatrial: passed' };
    case 1:
      return { result: 'Failed', words: 'Seatrial: the change failed' };
    case 2:
      return { result: 'Failed', words: 'Seatrial: the command line or the configuration is wrong', isNew: true };
    default:
      return { result: 'Failed', words: `Seatrial: broken, exit code ${code}: there is no verdict on the change`, isNew: true };
  }
}

/** The commands that publish the reports that are there. */
function publications(inputs, reports, isThere) {
  const said = [];
  if (inputs.publishTests && isThere(reports.junit)) {
    const properties = { type: 'JUnit', mergeResults: 'false', runTitle: 'Seatrial', publishRunAttachments: 'true', testRunSystem: 'Seatrial' };
    said.push(command('results.publish', { ...properties, resultFiles: reports.junit }));
  }
  const upload = (name, file) => command('artifact.upload', { containerfolder: name, artifactname: name }, file);
  if (inputs.artifact && isThere(reports.html)) said.push(upload(inputs.artifact, reports.html));
  // The name that the extension "SARIF SAST Scans Tab" looks for.
  if (inputs.publishSarif && isThere(reports.sarif)) said.push(upload('CodeAnalysisLogs', reports.sarif));
  return said;
}

function isFile(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return Boolean(stat?.isFile() && stat.size > 0);
}

/** Hands the signal of a cancelled job on. On Windows all processes of a console get it anyway, and `kill` would not let them clean up. */
function relay(job, platform = process.platform) {
  for (const signal of ['SIGINT', 'SIGTERM', ...(platform === 'win32' ? ['SIGBREAK'] : [])]) {
    process.on(signal, () => {
      job.cancelled = signal;
      job.abort.abort();
      if (platform !== 'win32') job.child?.kill(signal);
    });
  }
}

/** Runs the binary until it ends, without a shell; its output goes to the agent as it comes. */
function run(job, binary, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const refuse = (cause) => reject(new Told(`${binary} cannot be started: ${why(cause)}`));
    try {
      job.child = childProcess.spawn(binary, args, { cwd, env, stdio: ['ignore', 'inherit', 'inherit'], shell: false, windowsHide: true });
    } catch (cause) {
      refuse(cause);
      return;
    }
    job.child.on('error', refuse);
    job.child.on('exit', (code, signal) => resolve({ code, signal }));
  });
}

function why(cause) {
  const known = { E2BIG: 'the inputs are too long for a command line', EACCES: 'it may not be executed', ENOENT: 'it, or what it is run by, is not there' };
  return known[cause.code] ?? cause.message;
}

function workingDirectory(inputs, env) {
  const sources = env.BUILD_SOURCESDIRECTORY || process.cwd();
  const directory = path.resolve(sources, inputs.workingDirectory);
  if (!fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Told(`workingDirectory: no such directory: ${shown(directory)}`);
  }
  return directory;
}

/** A directory that no other task has. Names of reports are lists with commas, for the binary and for the agent. */
function ownDirectory(temporary) {
  if (temporary.includes(',')) throw new Told(`no reports can lie at ${shown(temporary)}, with a comma in its path: give the agent another work directory`);
  return fs.mkdtempSync(path.join(temporary, 'seatrial-'));
}

async function trial(env, job) {
  const inputs = read(env);
  const { variables, secrets } = environment(inputs, env);
  secrets.flatMap((value) => value.split(/\r?\n/)).filter(Boolean).forEach((line) => say(secret(line)));
  const cwd = workingDirectory(inputs, env);
  const scratch = ownDirectory(env.AGENT_TEMPDIRECTORY || os.tmpdir());
  const warn = (words) => say(warning(words));
  const binary = await locate(inputs.binary, env, { scratch, signal: job.abort.signal, warn, table: checksums });
  if (job.cancelled) return verdict(null, null, job.cancelled);

  const reports = reportPaths(scratch, env);
  const { code, signal } = await run(job, binary, commandLine(inputs, reports), { cwd, env: variables });
  publications(inputs, reports, isFile).forEach(say);
  return verdict(code, signal, job.cancelled);
}

async function main(env) {
  const job = { cancelled: null, child: null, abort: new AbortController() };
  relay(job);
  let end;
  try {
    end = await trial(env, job);
  } catch (cause) {
    end = job.cancelled ? verdict(null, null, job.cancelled) : { result: 'Failed', words: `Seatrial: ${told(cause)}`, isNew: true };
  }
  if (end.isNew) say(error(end.words));
  say(command('task.complete', { result: end.result }, end.words));
}

const told = (cause) => (cause instanceof Told ? cause.message : `a fault of the task: ${cause?.stack ?? cause}`);

if (require.main === module) main(process.env);

module.exports = { main, publications, relay, verdict };
