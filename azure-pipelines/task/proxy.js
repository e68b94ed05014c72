'use strict';
// Which proxy stands before an address: the agent's own settings, else the variables that programs on Linux share. Pure.

/** `{ url, authorization }` of the proxy for an address; nothing where there is none. */
function proxyFor(url, env) {
  if (env.AGENT_PROXYURL) {
    return bypassed(url, env.AGENT_PROXYBYPASSLIST) ? null : proxy(env.AGENT_PROXYURL, env.AGENT_PROXYUSERNAME, env.SECRET_AGENT_PROXYPASSWORD ?? env.AGENT_PROXYPASSWORD);
  }
  const variable = (name) => env[name.toLowerCase()] || env[name];
  const address = variable(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') || variable('ALL_PROXY');
  return !address || excepted(url, variable('NO_PROXY') ?? '') ? null : proxy(address);
}

function proxy(address, user, password) {
  const url = new URL(address.includes('://') ? address : `http://${address}`);
  const name = user || decodeURIComponent(url.username);
  const word = user ? password ?? '' : decodeURIComponent(url.password);
  return { url, authorization: name ? `Basic ${Buffer.from(`${name}:${word}`).toString('base64')}` : null };
}

/** The agent's list of regular expressions over addresses. One that cannot be read matches nothing. */
function bypassed(url, list) {
  try {
    return JSON.parse(list || '[]').some((pattern) => new RegExp(pattern, 'i').test(url.href));
  } catch {
    return false;
  }
}

/** NO_PROXY: hosts with all below them, perhaps with a port; `*` is every one. */
function excepted(url, list) {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).filter(Boolean).some((entry) => {
    const [, host, ofPort] = entry.match(/^(.*?)(?::(\d+))?$/);
    const name = host.replace(/^\*?\./, '').toLowerCase();
    return host === '*' || ((url.hostname === name || url.hostname.endsWith(`.${name}`)) && (!ofPort || ofPort === port));
  });
}

module.exports = { proxyFor };
