'use strict';
// The log commands of Azure Pipelines, `##vso[area.event key=value;key=value]data`, with their escapes: those of the binary's
// `src/report/ci/azure_commands.rs`.

// What the agent would read as an escape. Any other percent sign is the same escaped or not.
const ESCAPES = /%(?=3B|0D|0A|5D|AZP25)/g;
// Characters that are not seen, or that turn the order of the others around: neither a terminal nor the agent, whose comparison of texts passes
// over them, may read another text than people do.
const UNSEEN = /[^\P{C}\r\n]|[\p{Zl}\p{Zp}]/gu;

/** A text on one line, as it is. */
const oneLine = (text) => text.replace(ESCAPES, '%AZP25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');

/** A text on one line, in which no reader of the log finds a command. */
const data = (text) => oneLine(text.replace(UNSEEN, ' ')).replace(/##(vso)?\[/gi, '##_$1[');

/** The value of a property: `;` and `]` would end it. */
const property = (text) => data(text).replace(/]/g, '%5D').replace(/;/g, '%3B');

/** A line with one command. */
function command(name, properties, text = '') {
  const pairs = Object.entries(properties).map(([key, value]) => `${key}=${property(value)}`);
  return `##vso[${name}${pairs.length ? ' ' : ''}${pairs.join(';')}]${data(text)}\n`;
}

/** A secret is masked as it is written here: only what would end the line is escaped. */
const secret = (value) => `##vso[task.setsecret]${oneLine(value)}\n`;

const error = (message) => command('task.logissue', { type: 'error' }, message);
const warning = (message) => command('task.logissue', { type: 'warning' }, message);

module.exports = { command, data, error, property, secret, warning };
