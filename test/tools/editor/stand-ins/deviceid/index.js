'use strict';
// Telemetry is off, so no identifier of the machine is made or kept in the user's home folder.
exports.getDeviceId = async () => '';
