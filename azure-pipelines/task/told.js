'use strict';

/** What somebody has to mend, in words. Any other exception is our fault. */
class Told extends Error {}

module.exports = { Told };
