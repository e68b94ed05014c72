'use strict';
// Where the binary is: at the given path, in the tool cache, on PATH, or at a mirror. What is downloaded is run only if its checksum is known.

const childProcess = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { download, sha256Of, shownUrl } = require('./download');
const { shown } = require('./inputs');
const { Told } = require('./told');

const MACHINES = { 0x3e: 'x64', 0xb7: 'arm64' };
const NAMES = { 'linux x64': 'seatrial-x86_64-linux', 'linux arm64': 'seatrial-aarch64-linux' };

/**
 * The path of a binary that can run here. `table` has the checksums of the versions that this task knows, the newest last:
 * `{ VERSION: { NAME: SHA256 } }`.
 */
async function locate(asked, env, { scratch, signal, warn, table }) {
  const found = asked.path ? given(asked.path, env) : await findOrDownload(asked, env, { scratch, signal, warn, table });
  check(found);
  return found;
}

function given(asked, env) {
  const file = path.resolve(env.BUILD_SOURCESDIRECTORY || process.cwd(), asked);
  if (!isExecutable(file)) throw new Told(`binaryPath: no executable file at ${shown(file)}`);
  return file;
}

async function findOrDownload(asked, env, { scratch, signal, warn, table }) {
  const to = path.join(scratch, 'seatrial');
  if (asked.url) return fetched(asked.url, asked.sha256, to, env, signal);

  const name = NAMES[`${process.platform} ${process.arch}`];
  const version = asked.version || Object.keys(table).at(-1);
  const sha256 = asked.sha256 || table[version]?.[name];
  const cache = env.AGENT_TOOLSDIRECTORY && path.join(env.AGENT_TOOLSDIRECTORY, 'seatrial');
  const there = (await cached(cache, version, sha256, warn)) ?? onPath(env.PATH ?? '', process.platform, (file) => isExecutable(file) && isOfVersion(file, asked.version));
  if (there) return there;

  const missing = whyNot({ name, version, sha256, mirror: asked.mirror, cache });
  if (missing) throw new Told(missing);
  const file = await fetched(`${asked.mirror.replace(/\/+$/, '')}/v${version}/${name}`, sha256, to, env, signal);
  return kept(file, cache && place(cache, version), warn);
}

/** Why nothing can be downloaded; nothing where it can. */
function whyNot({ name, version, sha256, mirror, cache }, system = `${process.platform} ${process.arch}`) {
  if (!name) return `no seatrial on this agent, and none to download for ${system}: run the job on a Linux agent, or give binaryPath`;
  if (!version) {
    const where = cache ? `${cache}/VERSION/ARCH` : 'AGENT_TOOLSDIRECTORY is not set';
    return `no seatrial on this agent, neither in the tool cache (${where}) nor on PATH, and this task knows no version to download: give binaryPath, or binaryUrl with binarySha256`;
  }
  if (!sha256) return `version: this task has no checksum of ${name} ${version}: give it as binarySha256, or a binary as binaryPath`;
  return mirror ? null : 'mirror: no address to download from; or give a binary as binaryPath';
}

const place = (cache, version) => path.join(cache, version, process.arch, 'seatrial');

/** What lies in the tool cache: the highest version where none is known. */
async function cached(cache, version, sha256, warn) {
  const versions = !cache ? [] : version ? [version] : versionsIn(cache);
  const file = versions.map((version) => place(cache, version)).find(isExecutable);
  if (!file || !sha256 || (await sha256Of(file)) === sha256) return file;
  warn(`${file} has another checksum than ${sha256}: it is not used`);
  return undefined;
}

function versionsIn(cache) {
  const names = fs.existsSync(cache) ? fs.readdirSync(cache) : [];
  return names.filter((name) => /^[0-9]/.test(name)).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
}

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

function isOfVersion(file, version) {
  if (!version) return true;
  const run = childProcess.spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000, stdio: ['ignore', 'pipe', 'ignore'], env: {} });
  return run.stdout?.trim() === `seatrial ${version}`;
}

/** The first one on PATH. A directory that depends on where we are is left out: a pull request could put a program there. */
function onPath(variable, platform, isThere) {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const directories = variable.split(paths.delimiter).filter((directory) => paths.isAbsolute(directory));
  const name = platform === 'win32' ? 'seatrial.exe' : 'seatrial';
  return directories.map((directory) => paths.join(directory, name)).find(isThere);
}

async function fetched(url, sha256, to, env, signal) {
  const found = await download(url, to, env, signal);
  if (found !== sha256) throw new Told(`what lies at ${shownUrl(url)} has another checksum: ${found} instead of ${sha256}; it is not run`);
  fs.chmodSync(to, 0o755);
  return to;
}

/** Puts it into the tool cache: beside, then renamed, as other jobs may look there at the same time. */
function kept(file, target, warn) {
  if (!target) return file;
  const beside = `${target}.${process.pid}.${Date.now()}`;
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(file, beside);
    fs.chmodSync(beside, 0o755);
    fs.renameSync(beside, target);
    return target;
  } catch (cause) {
    removeIfThere(beside);
    warn(`the tool cache cannot be written, each job will download anew: ${cause.message}`);
    return file;
  }
}

function removeIfThere(file) {
  try {
    fs.unlinkSync(file);
  } catch {
    // It was not made.
  }
}

/** What a file says of where it runs: nothing where it can, else why not. */
function objection(head, arch) {
  if (head.subarray(0, 2).toString('latin1') === '#!') return null;
  if (head.length < 20 || head.subarray(0, 4).toString('latin1') !== '\x7fELF') return 'is not a program for Linux';
  const machine = MACHINES[head.readUInt16LE(18)] ?? 'another machine';
  return machine === arch ? null : `is built for ${machine}, and this agent is ${arch}`;
}

/** A shell would be asked to read what the system cannot execute: that is refused before. */
function check(file) {
  if (process.platform !== 'linux') return;
  const descriptor = fs.openSync(file, 'r');
  const head = Buffer.alloc(20);
  const length = fs.readSync(descriptor, head, 0, head.length, 0);
  fs.closeSync(descriptor);
  const why = objection(head.subarray(0, length), process.arch);
  if (why) throw new Told(`${file} ${why}: take seatrial-x86_64-linux for x64, seatrial-aarch64-linux for arm64`);
}

module.exports = { NAMES, locate, objection, onPath, whyNot };
