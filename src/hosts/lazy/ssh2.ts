// The SSH protocol. Loaded when the first host is contacted.
export { BaseAgent, Client, createAgent, utils } from 'ssh2';
