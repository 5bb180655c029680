// Loaded into child processes by --import: a child whose parent is gone (killed hard, so that it could
// not stop its children) ends by itself within a second.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.exit(0);
}, 500).unref();
