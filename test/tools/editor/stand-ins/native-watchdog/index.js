'use strict';
// The extension host looks every second whether its parent still lives; the native watchdog does the
// same from a thread, for the case that the event loop is blocked. Here the first one must do.
exports.start = () => {};
exports.exit = (code) => process.exit(code);
